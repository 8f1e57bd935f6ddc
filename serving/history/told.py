"""What was told of one customer and is not in the log yet: events that wait, decisions, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from serving.database.tables import decisions, exposures, inbox, outcomes
from serving.history.versions import Version, version_of


def told_versions(connection: Connection, customer_id: str) -> list[Version]:
    """Return the rows that wait in the inbox, and what was decided, each slot as it stands now."""
    return [*_waiting(connection, customer_id), *_decided(connection, customer_id)]


def _waiting(connection: Connection, customer_id: str) -> Iterator[Version]:
    query = select(inbox.c.source, inbox.c.row).where(inbox.c.customer_id == customer_id).order_by(inbox.c.sequence)
    for row in connection.execute(query):
        yield version_of(row.source, msgspec.json.decode(row.row))


def _decided(connection: Connection, customer_id: str) -> Iterator[Version]:
    heard = func.max(outcomes.c.received_at).label("heard_at")
    here = (outcomes.c.decision_id == exposures.c.decision_id) & (outcomes.c.rank == exposures.c.rank)
    query = (
        select(exposures, decisions.c.agent_id, decisions.c.key_id, select(heard).where(here).scalar_subquery().label("heard_at"))
        .join(decisions, decisions.c.id == exposures.c.decision_id)
        .where(exposures.c.customer_id == customer_id)
    )
    for row in connection.execute(query):
        yield version_of("offers", _slot(row))


def _slot(row: Row[Any]) -> dict[str, object]:
    """Return a slot of a decision as a row of `offers`, known since something was last heard of it."""
    names = ("decision_id", "offer_id", "kind", "arm", "channel", "agent_id", "key_id", "decided_at")
    heard = ("shown_at", "outcome", "outcome_at", "outcome_reason")
    return {
        **{name: getattr(row, name) for name in (*names, *heard)},
        "customer_id": row.customer_id,
        "known_at": max(row.decided_at, row.heard_at or 0),
        "exposure_id": f"{row.decision_id}/{row.rank}",
        "rank": float(row.rank),
        "selection_probability": row.probability,
    }
