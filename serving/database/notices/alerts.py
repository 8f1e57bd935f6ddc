"""Which alerts stand, and which did: raised once while they stand, ended when they are gone, each change told with it.

Whoever changes them holds them first (`hold_alerts`), so that two processes at once raise none twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update

from features.times import Timestamp
from models.alerts import AlertCode, text_of
from serving.database.locks import Lock, hold
from serving.database.tables import alert_passes, alerts
from serving.database.upserts import insert_into

_AT_ONCE = 500
"""So many customers stand in one statement."""


@dataclass(frozen=True)
class Standing:
    """An alert that stands by the predictions: whose, since when, the figures it rests on, and what these come from."""

    customer_id: str
    code: AlertCode
    since: Timestamp
    facts: Mapping[str, float]
    bundle: str
    snapshot: str


@dataclass(frozen=True)
class AlertRecord:
    """An alert as it is kept; `ended_at` is None while it stands."""

    sequence: int
    id: str
    customer_id: str
    code: AlertCode
    since: Timestamp
    raised_at: Timestamp
    ended_at: Timestamp | None
    text: str


@dataclass(frozen=True)
class AlertPage:
    """Which alerts are asked for: those after a sequence, of a code, raised since a moment, standing or ended (None: both)."""

    after: int
    limit: int
    code: AlertCode | None = None
    since: Timestamp | None = None
    open: bool | None = None


def hold_alerts(connection: Connection) -> None:
    """Let nobody else raise or end alerts until the transaction ends."""
    hold(connection, Lock.ALERTS)


def open_alerts(connection: Connection, code: AlertCode) -> set[str]:
    """Return for whom an alert stands."""
    return set(connection.scalars(select(alerts.c.customer_id).where(alerts.c.code == code, alerts.c.ended_at.is_(None))))


def open_codes(connection: Connection, customer_ids: Collection[str]) -> dict[str, set[AlertCode]]:
    """Return which alerts stand for each of these customers, at most `_AT_ONCE` of them."""
    found: dict[str, set[AlertCode]] = {each: set() for each in customer_ids}
    query = select(alerts.c.customer_id, alerts.c.code).where(alerts.c.customer_id.in_(list(found)), alerts.c.ended_at.is_(None))
    for customer_id, code in connection.execute(query):
        found[customer_id].add(code)
    return found


def raise_alerts(connection: Connection, standing: Sequence[Standing], *, now: Timestamp) -> list[AlertRecord]:
    """Keep alerts of one code that stand and did not, at most `_AT_ONCE`; return those that were raised by this.

    One that ended and stands again since the same moment is the same alert, and stands again.
    """
    if not standing:
        return []
    mine = and_(alerts.c.code == standing[0].code, alerts.c.customer_id.in_([each.customer_id for each in standing]))
    already = set(connection.scalars(select(alerts.c.customer_id).where(mine, alerts.c.ended_at.is_(None))))
    rows = [_row(each, now) for each in standing if each.customer_id not in already]
    if not rows:
        return []
    again = insert_into(connection, alerts).on_conflict_do_update(
        index_elements=["customer_id", "code", "since"], set_={"ended_at": None}
    )
    connection.execute(again, rows)
    raised = [row["customer_id"] for row in rows]
    kept = select(alerts).where(mine, alerts.c.customer_id.in_(raised), alerts.c.ended_at.is_(None))
    return [_record(row) for row in connection.execute(kept.order_by(alerts.c.sequence))]


def end_alerts(connection: Connection, code: AlertCode, customer_ids: Sequence[str], *, now: Timestamp) -> list[AlertRecord]:
    """End the standing alerts of a code for these customers, at most `_AT_ONCE`; return those that ended by this."""
    mine = and_(alerts.c.code == code, alerts.c.customer_id.in_(customer_ids), alerts.c.ended_at.is_(None))
    standing = list(connection.execute(select(alerts).where(mine).order_by(alerts.c.sequence)))
    connection.execute(update(alerts).where(mine).values(ended_at=now))
    return [_record(row, ended_at=now) for row in standing]


def listed_alerts(connection: Connection, page: AlertPage) -> list[AlertRecord]:
    """Return the alerts asked for, in the order they were raised."""
    wanted: list[ColumnElement[bool]] = [alerts.c.sequence > page.after]
    if page.code is not None:
        wanted.append(alerts.c.code == page.code)
    if page.since is not None:
        wanted.append(alerts.c.raised_at >= page.since)
    if page.open is not None:
        wanted.append(alerts.c.ended_at.is_(None) if page.open else alerts.c.ended_at.is_not(None))
    query = select(alerts).where(*wanted).order_by(alerts.c.sequence).limit(page.limit)
    return [_record(row) for row in connection.execute(query)]


def erase_alerts(connection: Connection, customer_id: str) -> int:
    """Delete everything that was raised about a customer, and return how much that was."""
    return connection.execute(delete(alerts).where(alerts.c.customer_id == customer_id)).rowcount


def begin_pass(connection: Connection, predictions: str, *, now: Timestamp) -> int | None:
    """Note that other predictions are live than were told of last; None where they are the same."""
    newest = connection.execute(select(alert_passes).order_by(alert_passes.c.sequence.desc()).limit(1)).one_or_none()
    if newest is not None and newest.predictions == predictions:
        return None
    added = alert_passes.insert().values(predictions=predictions, started_at=now).returning(alert_passes.c.sequence)
    return int(connection.scalars(added).one())


def is_first_pass(connection: Connection) -> bool:
    """Whether the alerts of no predictions were all taken down yet: of a whole base at once nobody is told."""
    return connection.scalar(select(alert_passes.c.sequence).where(alert_passes.c.finished_at.is_not(None)).limit(1)) is None


def finish_pass(connection: Connection, predictions: str, *, now: Timestamp) -> None:
    """Note that every alert of these predictions is taken down."""
    mine = and_(alert_passes.c.predictions == predictions, alert_passes.c.finished_at.is_(None))
    connection.execute(update(alert_passes).where(mine).values(finished_at=now))


def _row(standing: Standing, now: Timestamp) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(12),
        "customer_id": standing.customer_id,
        "code": standing.code,
        "since": standing.since,
        "raised_at": now,
        "bundle": standing.bundle,
        "snapshot": standing.snapshot,
        "facts": msgspec.json.encode(standing.facts),
    }


def _record(row: Row[Any], *, ended_at: Timestamp | None = None) -> AlertRecord:
    words = text_of(row.code, msgspec.json.decode(row.facts, type=dict[str, float]))
    ended = row.ended_at if ended_at is None else ended_at
    return AlertRecord(row.sequence, row.id, row.customer_id, row.code, row.since, row.raised_at, ended, words)
