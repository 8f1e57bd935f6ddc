"""How do acknowledged rows reach the event log: oldest first, in portions, each once however often it is tried.

A portion is appended to the log, then deleted from the inbox: what a killed process had appended is appended again, and equal
rows are one. A source that was ever brought this way is complete up to the moment at which the inbox was empty; sources that are
imported by file alone are left as their imports say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from features.contracts.schemas import arrow_type
from features.contracts.sources import SOURCES, Column, Kind, Source
from features.errors import Conflict
from features.lock import only_one
from features.log.intake import IntakeReport, Receipt, append
from features.log.manifest import read_manifest
from features.times import Timestamp
from serving.background.into_log.way import Way
from serving.database import inbox as store
from serving.database import reading, writing
from serving.database.inbox import Bounds, InboxRow, Portion

MOST_AT_ONCE = 20_000
"""So many rows are in memory at most."""


class InboxInHand(Conflict):
    """Another process is moving the inbox into the log."""


@dataclass(frozen=True)
class Emptied:
    """How many rows were moved, and up to which moment the sources that come this way are complete."""

    rows: int
    until: Timestamp


def empty_inbox(way: Way, *, now: Timestamp) -> Emptied:
    """Move everything acknowledged so far into the log.

    Raises
    ------
    InboxInHand
        If another process does so at this moment.
    LogLocked
        If another process writes the log; what was not moved waits.
    """
    with only_one(way.home.log / "inbox.lock", _in_hand):
        manifest = read_manifest(way.home)
        known = max(manifest.observed_until.values(), default=0) if manifest else 0
        with writing(way.engine) as connection:
            bounds = store.bound(connection, now=now, known=known)
        rows = _move(way, bounds)
    return Emptied(rows, bounds.moment)


def waits(engine: Engine) -> bool:
    """Say whether the inbox holds anything."""
    with reading(engine) as connection:
        return store.backlog(connection).rows > 0


def _move(way: Way, bounds: Bounds) -> int:
    moved, is_done = 0, False
    while not is_done:
        with reading(way.engine) as connection:
            portion = store.portion(connection, up_to=bounds.last, most=MOST_AT_ONCE)
            fed = store.fed_sources(connection)
        is_done = portion.last == bounds.last
        _append(way, portion, bounds=bounds, complete=fed if is_done else [])
        moved += len(portion.rows)
    return moved


def _append(way: Way, portion: Portion, *, bounds: Bounds, complete: Sequence[str]) -> None:
    by_source: dict[str, list[bytes]] = {name: [] for name in complete}
    for row in portion.rows:
        by_source.setdefault(row.source, []).append(row.row)
    if not by_source:
        return
    # A portion that is not the last makes its sources no more complete than they were: the rest may be known since earlier.
    until = dict.fromkeys(by_source, bounds.moment if portion.last == bounds.last else 0)
    tables = {name: as_delivery(SOURCES[name], rows) for name, rows in by_source.items()}
    report = append(way.home, tables, receipt=Receipt(bounds.moment, known_at="given", observed_until=until))
    if portion.rows:
        with writing(way.engine) as connection:
            store.note_fed(connection, list(by_source), last=portion.last)
            store.drop_rows(connection, up_to=portion.last)
    _note(way, report, portion.rows)  # now that they wait no more, who is predicted anew is as of a moment after them


def _note(way: Way, report: IntakeReport, rows: Sequence[InboxRow]) -> None:
    whose = [row.customer_id for row in rows if row.customer_id is not None]
    way.news.note(whose, before=report.digest_before, after=report.digest)


def as_delivery(source: Source, rows: Sequence[bytes]) -> pa.Table:
    """Return rows of the inbox as a delivery to the log, their times still as text, which intake reads."""
    told: list[dict[str, Any]] = [json.loads(row) for row in rows]
    return pa.table({column.name: _values(column, told) for column in source.delivered})


def _values(column: Column, told: Sequence[dict[str, Any]]) -> pa.Array:
    kind = pa.string() if column.kind is Kind.TIME else arrow_type(column)
    return pa.array([row.get(column.name) for row in told], kind)


def _in_hand(holder: str) -> InboxInHand:
    return InboxInHand(f"the inbox is being moved into the event log by {holder}; nothing was changed: wait until it is done")
