"""How do decisions and outcomes reach the event log: as versions of rows of `offers`, each once, however often it is tried.

A decision is a row a slot, known when it was decided; each word told about a slot is a version of its row, known when it came.
Rows are appended first, the cursor moves afterwards: what a killed drain had appended is appended again, and equal rows are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, and_, func, select

from features.contracts.schemas import delivered_schema
from features.contracts.sources import OFFERS
from features.errors import Conflict
from features.home import Home
from features.lock import only_one
from features.log.intake import Receipt, append
from features.times import Timestamp
from serving.background.into_log.way import Way
from serving.background.news import News
from serving.database.inbox import note_mark
from serving.database.offered.decisions import hold_still
from serving.database.tables import decisions, drain_cursors, exposures, outcomes
from serving.database.transactions import reading, writing

DECIDED, TOLD = "decisions", "outcomes"
MOST_AT_ONCE = 20_000
"""So many decisions, or words told, are in memory at most."""

_STREAMS = {DECIDED: decisions.c.sequence, TOLD: outcomes.c.sequence}


class DrainRunning(Conflict):
    """Another process is moving decisions into the log."""


@dataclass(frozen=True)
class Drained:
    """What a drain moved: decisions, words told about them, and the rows of the log they made; complete up to `until`."""

    decisions: int
    outcomes: int
    rows: int
    until: Timestamp


@dataclass(frozen=True)
class _Bounds:
    """Up to which sequence each stream stands in the log, up to which it is complete, and at which moment that was so."""

    after: dict[str, int]
    up_to: dict[str, int]
    moment: Timestamp


def drain(home: Home, engine: Engine, *, now: Timestamp, news: News | None = None) -> Drained:
    """Move everything decided and told so far into the log; `offers` is complete up to that moment then.

    `news` hears that the log moved on, and of nobody: what we decided is no news of a customer.

    Raises
    ------
    DrainRunning
        If another process does so at this moment.
    LogLocked
        If another process writes the log; nothing was moved.
    """
    way = Way(home, engine, News() if news is None else news)  # empty news are false
    with only_one(home.log / "drain.lock", _running):
        bounds = _bounds(engine, now)
        moved = {stream: _move(way, stream, bounds=bounds) for stream in (DECIDED, TOLD)}
        _add(way, [], _receipt(bounds.moment, complete=True))
    counts = {stream: count for stream, (count, _) in moved.items()}
    return Drained(counts[DECIDED], counts[TOLD], sum(rows for _, rows in moved.values()), bounds.moment)


def is_due(engine: Engine) -> bool:
    """Say whether anything was decided or told that the log does not hold."""
    with reading(engine) as connection:
        told = {row.stream: row.sequence for row in connection.execute(select(drain_cursors))}
        newest = {stream: connection.scalar(select(func.max(place))) or 0 for stream, place in _STREAMS.items()}
    return any(sequence > told.get(stream, 0) for stream, sequence in newest.items())


def _bounds(engine: Engine, now: Timestamp) -> _Bounds:
    """Take the bounds while nobody decides: what is decided later has a later sequence, and a later moment."""
    with writing(engine) as connection:
        hold_still(connection)
        newest = {stream: connection.scalar(select(func.coalesce(func.max(place), 0))) or 0 for stream, place in _STREAMS.items()}
        told = {row.stream: row.sequence for row in connection.execute(select(drain_cursors))}
        latest = max(connection.scalar(select(func.max(each))) or 0 for each in (decisions.c.decided_at, outcomes.c.received_at))
    return _Bounds({stream: told.get(stream, 0) for stream in _STREAMS}, newest, max(now, latest + 1))


def _move(way: Way, stream: str, *, bounds: _Bounds) -> tuple[int, int]:
    """Append one stream's rows in portions, the cursor behind each; return how many things were moved as how many rows."""
    after, count, rows = bounds.after[stream], 0, 0
    while after < bounds.up_to[stream]:
        with reading(way.engine) as connection:
            portion = _portion(connection, stream, after=after, up_to=bounds.up_to[stream])
        versions = [version for one in portion for version in one.versions]
        if versions:
            _add(way, versions, _receipt(bounds.moment))
        after = portion[-1].sequence if portion else bounds.up_to[stream]
        _move_cursor(way.engine, stream, after)
        count, rows = count + sum(1 for one in portion if one.versions), rows + len(versions)
    return count, rows


def _add(way: Way, versions: Sequence[dict[str, Any]], receipt: Receipt) -> None:
    report = append(way.home, {OFFERS.name: _table(versions)}, receipt=receipt)
    # Our own words are no news of a customer; that the log moved on must be known, or it would be searched for news as a whole.
    way.news.note((), before=report.digest_before, after=report.digest)


@dataclass(frozen=True)
class _Moved:
    """One decision, or one word told, and the rows it makes; one that was erased makes none."""

    sequence: int
    versions: Sequence[dict[str, Any]]


def _portion(connection: Connection, stream: str, *, after: int, up_to: int) -> list[_Moved]:
    return (_decided if stream == DECIDED else _told)(connection, after=after, up_to=up_to)


def _decided(connection: Connection, *, after: int, up_to: int) -> list[_Moved]:
    made = select(decisions.c.id, decisions.c.sequence, decisions.c.agent_id, decisions.c.key_id)
    between = and_(decisions.c.sequence > after, decisions.c.sequence <= up_to)
    found = list(connection.execute(made.where(between).order_by(decisions.c.sequence).limit(MOST_AT_ONCE)))
    if not found:
        return []
    within = and_(decisions.c.sequence > after, decisions.c.sequence <= found[-1].sequence)
    slots: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(exposures).join(decisions, decisions.c.id == exposures.c.decision_id).where(within).order_by(exposures.c.rank)
    ):
        slots.setdefault(row.decision_id, []).append(row)
    return [
        _Moved(one.sequence, [_row(slot, agent_id=one.agent_id, key_id=one.key_id) for slot in slots.get(one.id, [])])
        for one in found
    ]


def _told(connection: Connection, *, after: int, up_to: int) -> list[_Moved]:
    words = select(outcomes, *(exposures.c[name].label(f"slot_{name}") for name in _OF_SLOT), decisions.c.agent_id.label("asked"))
    here = and_(outcomes.c.decision_id == exposures.c.decision_id, outcomes.c.rank == exposures.c.rank)
    rows = connection.execute(
        words.join(exposures, here)
        .join(decisions, decisions.c.id == outcomes.c.decision_id)
        .where(outcomes.c.sequence > after, outcomes.c.sequence <= up_to)
        .order_by(outcomes.c.sequence)
        .limit(MOST_AT_ONCE)
    )
    return [_Moved(row.sequence, [_version(row)]) for row in rows]


_OF_SLOT = ("offer_id", "kind", "channel", "arm", "probability", "decided_at")


def _row(slot: Row[Any], *, agent_id: str | None, key_id: str | None) -> dict[str, Any]:
    """Return the row of a slot as it was decided: nothing had come of it yet."""
    return {
        **_keys(slot.decision_id, slot.rank, customer_id=slot.customer_id, known_at=slot.decided_at),
        **{name: getattr(slot, name) for name in _OF_SLOT if name != "probability"},
        "selection_probability": slot.probability,
        "agent_id": agent_id,
        "key_id": key_id,
    }


def _version(told: Row[Any]) -> dict[str, Any]:
    """Return the row of a slot as it stood when something was told; the agent is whoever told it, else whoever asked."""
    return {
        **_keys(told.decision_id, told.rank, customer_id=told.customer_id, known_at=told.received_at),
        **{name: getattr(told, f"slot_{name}") for name in _OF_SLOT if name != "probability"},
        "selection_probability": told.slot_probability,
        "agent_id": told.agent_id or told.asked,
        **{name: getattr(told, name) for name in ("key_id", "shown_at", "outcome", "outcome_at", "outcome_reason")},
    }


def _keys(decision_id: str, rank: int, *, customer_id: str, known_at: Timestamp) -> dict[str, Any]:
    exposure_id = f"{decision_id}/{rank}"
    return {
        "customer_id": customer_id,
        "known_at": known_at,
        "exposure_id": exposure_id,
        "decision_id": decision_id,
        "rank": float(rank),
    }


def _table(versions: Sequence[dict[str, Any]]) -> pa.Table:
    schema = delivered_schema(OFFERS)
    return pa.table({field.name: pa.array([row.get(field.name) for row in versions], field.type) for field in schema})


def _receipt(moment: Timestamp, *, complete: bool = False) -> Receipt:
    # A portion makes the source no more complete than it was: the rest may be known since earlier.
    return Receipt(moment, known_at="given", observed_until={OFFERS.name: moment if complete else 0})


def _move_cursor(engine: Engine, stream: str, sequence: int) -> None:
    with writing(engine) as connection:
        note_mark(connection, stream, sequence)


def _running(holder: str) -> DrainRunning:
    return DrainRunning(f"decisions are being moved into the event log by {holder}; nothing was changed: wait until it is done")
