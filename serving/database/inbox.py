"""What was acknowledged and is not in the event log yet: rows in the order they came, each known from a moment of its own.

Whoever adds rows or bounds a portion holds the inbox until the transaction ends. So the order of the sequence is the order of
the commits, and once a bound is taken, whatever comes later is known later, even if the clock was set back meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from features.times import Timestamp
from serving.database.locks import Lock, hold
from serving.database.tables import drain_cursors, inbox

_MOMENTS = "inbox"
_FED = "inbox/"  # and the name of a source that was brought by this way

_row = inbox.c
_INSERT = inbox.insert()


@dataclass(frozen=True)
class InboxRow:
    """One row: its content is the JSON of the row as its contract took it, `known_at` included."""

    received_at: Timestamp
    source: str
    customer_id: str | None
    key_id: str | None
    row: bytes


@dataclass(frozen=True)
class Portion:
    """All rows up to the sequence `last` that are there, oldest first."""

    rows: Sequence[InboxRow]
    last: int


@dataclass(frozen=True)
class Bounds:
    """All rows up to a sequence are known before the moment; whatever comes later is known later."""

    last: int
    moment: Timestamp


@dataclass(frozen=True)
class Backlog:
    """How many rows wait, and since when the oldest does."""

    rows: int
    oldest: Timestamp | None


def hold_inbox(connection: Connection, *, now: Timestamp) -> Timestamp:
    """Let nobody else add rows until the transaction ends; return the first moment that was given to no row yet."""
    hold(connection, Lock.INBOX)
    given = connection.scalar(select(drain_cursors.c.sequence).where(drain_cursors.c.stream == _MOMENTS))
    return max(now, (given or 0) + 1)


def keep_rows(connection: Connection, rows: Sequence[InboxRow], *, newest: Timestamp) -> None:
    """Add rows, and note the newest moment that was given to any; the inbox is held."""
    if rows:
        connection.execute(_INSERT, [vars(row) for row in rows])
        note_mark(connection, _MOMENTS, newest)


def bound(connection: Connection, *, now: Timestamp, known: Timestamp = 0) -> Bounds:
    """Bound what is there now; `known` is up to when other rows of the log are known, so that new ones are known later."""
    moment = max(hold_inbox(connection, now=now), known + 1)
    note_mark(connection, _MOMENTS, moment)
    return Bounds(connection.scalar(select(func.max(_row.sequence))) or 0, moment)


def known_until(connection: Connection, *, now: Timestamp) -> Timestamp:
    """Return the moment before which a log that is opened afterwards knows every row; what comes later is known later.

    Rows that tell themselves since when they are known may be known since earlier, whenever they come.
    """
    moment = hold_inbox(connection, now=now)
    note_mark(connection, _MOMENTS, moment)
    oldest = backlog(connection).oldest
    return moment + 1 if oldest is None else min(moment + 1, oldest)


def who_waits(connection: Connection, customer_ids: Sequence[str]) -> list[str]:
    """Return who of these, a few hundred at most, has rows that may not be in the log yet."""
    found = select(_row.customer_id).where(_row.customer_id.in_(customer_ids)).distinct()
    return [customer_id for customer_id in connection.scalars(found) if customer_id is not None]


def portion(connection: Connection, *, up_to: int, most: int) -> Portion:
    """Return the oldest rows up to a sequence."""
    columns = [_row[name] for name in InboxRow.__dataclass_fields__]
    found = connection.execute(select(_row.sequence, *columns).where(_row.sequence <= up_to).order_by(_row.sequence).limit(most))
    rows = list(found)
    return Portion([InboxRow(*row[1:]) for row in rows], rows[-1].sequence if len(rows) == most else up_to)


def drop_rows(connection: Connection, *, up_to: int) -> int:
    """Delete rows that the log holds, and return how many there were."""
    return connection.execute(delete(inbox).where(_row.sequence <= up_to)).rowcount


def fed_sources(connection: Connection) -> list[str]:
    """Return the sources of which any row ever came this way."""
    streams = connection.scalars(select(drain_cursors.c.stream).where(drain_cursors.c.stream.startswith(_FED)))
    return sorted(stream.removeprefix(_FED) for stream in streams)


def note_fed(connection: Connection, sources: Sequence[str], *, last: int) -> None:
    """Note that rows of these sources came this way."""
    for source in sources:
        note_mark(connection, _FED + source, last)


def backlog(connection: Connection) -> Backlog:
    """Return how much waits."""
    rows, oldest = connection.execute(select(func.count(), func.min(_row.received_at))).one()
    return Backlog(rows, oldest)


def note_mark(connection: Connection, stream: str, sequence: int) -> None:
    """Move a cursor, or make it."""
    here = drain_cursors.c.stream == stream
    if not connection.execute(update(drain_cursors).where(here).values(sequence=sequence)).rowcount:
        connection.execute(drain_cursors.insert().values(stream=stream, sequence=sequence))
