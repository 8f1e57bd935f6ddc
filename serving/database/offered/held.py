"""Which offers did a gate hold back from whom, and were they shown and accepted later: read for the report of KPIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, Row, and_, func, select

from features.times import Timestamp
from models.decision.gates.gate import Gate
from serving.database.offered.decisions import KEPT
from serving.database.tables import decisions, exposures, outcomes
from serving.database.transactions import reading

_YES = ("accepted", "fulfilled", "reversed")
_AT_ONCE = 1000

_decided, _exposure, _told = decisions.c, exposures.c, outcomes.c


class HeldCase(NamedTuple):
    """One offer held back from one customer, at first at `held_at`; when it was shown and accepted after that, if it was."""

    customer_id: str
    offer_id: str
    held_at: Timestamp
    shown_at: Timestamp | None = None
    accepted_at: Timestamp | None = None


class _Withheld(msgspec.Struct):
    offer_id: str
    gate: str


class _Answer(msgspec.Struct):
    withheld: list[_Withheld]


class _Document(msgspec.Struct):
    answer: _Answer


_read = msgspec.json.Decoder(_Document).decode


def held_between(engine: Engine, gate: Gate, *, since: Timestamp, until: Timestamp) -> list[HeldCase]:
    """Return what a gate held back from one moment until before another, once a customer and offer, and what came of it since."""
    with reading(engine) as connection:
        cases: dict[tuple[str, str], HeldCase] = {}
        for customer, offer, at in _held(connection, gate, since, until):
            cases.setdefault((customer, offer), HeldCase(customer, offer, at))
        for row in _shown(connection, since):
            key = (row.customer_id, row.offer_id)
            if key in cases:
                cases[key] = _after(cases[key], row)
    return list(cases.values())


def _held(connection: Connection, gate: Gate, since: Timestamp, until: Timestamp) -> Iterator[tuple[str, str, Timestamp]]:
    """Give what the gate held back, the earliest first."""
    query = (
        select(_decided.customer_id, _decided.decided_at, _decided.document)
        .where(_decided.state == KEPT, _decided.decided_at >= since, _decided.decided_at < until)
        .order_by(_decided.sequence)
        .execution_options(yield_per=_AT_ONCE)
    )
    named = f'"{gate}"'.encode()
    for customer, at, document in connection.execute(query):
        if named in document:
            yield from ((customer, each.offer_id, at) for each in _read(document).answer.withheld if each.gate == gate)


def _shown(connection: Connection, since: Timestamp) -> Iterable[Row[Any]]:
    """Return what was shown since a moment, the earliest first, and when the yes was said where one still stands."""
    here = and_(_told.decision_id == _exposure.decision_id, _told.rank == _exposure.rank, _told.told.in_(_YES))
    said = select(func.min(_told.at)).where(here, _exposure.outcome.in_(_YES)).scalar_subquery().label("accepted_at")
    columns = (_exposure.customer_id, _exposure.offer_id, _exposure.shown_at)
    query = select(*columns, said).where(_exposure.shown_at >= since).order_by(_exposure.shown_at)
    found: Iterable[Row[Any]] = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    return found


def _after(case: HeldCase, row: Row[Any]) -> HeldCase:
    """Return the case with what came of the offer after it was held back; the first time counts."""
    if row.shown_at <= case.held_at:
        return case
    yes = row.accepted_at if case.accepted_at is None else case.accepted_at
    return case._replace(shown_at=case.shown_at or row.shown_at, accepted_at=yes)
