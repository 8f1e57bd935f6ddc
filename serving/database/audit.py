"""Who touched whose data, when and how: one entry per customer and request, without the customer's name or id.

A request that records something writes its entries in its own transaction (`record_in`): no entry, no effect. Requests that only
read leave theirs to `AuditLog`, which writes them within a second; a process killed in that second loses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from types import TracebackType
from typing import NamedTuple, Self

from sqlalchemy import Connection, Engine, select

from features.times import Timestamp
from serving.database.deferred import DeferredWriter, Pace
from serving.database.tables import audit_entries
from serving.database.transactions import reading


class AuditEntry(NamedTuple):
    """One access to one customer's data; a tuple, since one is made for every answer and goes to the database as it is.

    Attributes
    ----------
    at
        When the request came.
    request_id
        The id the caller was given with the answer.
    caller_id
        The key that asked, or the person, who may have tried in vain; None where nobody had proved who they are.
    role
        The scope or role by which the route was allowed.
    route
        Name of the route, with placeholders, never with an id; or what was done, where several routes do it or none.
    subject
        Whom it was about (`subjects.subject`); None where no single customer was asked about.
    status
        HTTP status of what came of it.
    """

    at: Timestamp
    request_id: str
    caller_id: str | None
    role: str
    route: str
    subject: str | None
    status: int


def record_in(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Write entries in the caller's transaction: they stand if and only if what they report stands."""
    for start in range(0, len(entries), _AT_ONCE):
        part = entries[start : start + _AT_ONCE]
        values = tuple(chain.from_iterable(part))
        connection.exec_driver_sql(_insert_of(connection.dialect.paramstyle, len(part)), values)


_NAMES = AuditEntry._fields
_AT_ONCE = 100


@lru_cache(maxsize=2 * _AT_ONCE)
def _insert_of(paramstyle: str, rows: int) -> str:
    """Return one statement for so many rows: run row by row it takes as long as answering, beside those who answer."""
    one = f"({', '.join(['?' if paramstyle == 'qmark' else '%s'] * len(_NAMES))})"
    return f"INSERT INTO {audit_entries.name} ({', '.join(_NAMES)}) VALUES {', '.join([one] * rows)}"  # noqa: S608 (names of ours)


def entries_about(engine: Engine, subject: str, *, limit: int = 1_000) -> list[AuditEntry]:
    """Return who touched one customer's data, the newest first."""
    columns = [audit_entries.c[name] for name in AuditEntry._fields]
    newest = audit_entries.c.sequence.desc()
    query = select(*columns).where(audit_entries.c.subject == subject).order_by(newest).limit(limit)
    with reading(engine) as connection:
        return [AuditEntry(*row) for row in connection.execute(query)]


class AuditLog:
    """The audit of requests that only read: batched, bounded, written by one thread. Close it before the engine."""

    def __init__(self, engine: Engine, *, pace: Pace | None = None) -> None:
        self._writer: DeferredWriter[AuditEntry] = DeferredWriter(engine, record_in, pace=pace)

    @property
    def unwritten(self) -> int:
        """Return how many entries could not be written since the start; anything but 0 belongs on a dashboard."""
        return self._writer.unwritten

    def record(self, entries: Sequence[AuditEntry]) -> bool:
        """Leave the entries of one request, all or none; False says they were given up and counted."""
        return self._writer.submit(entries)

    def flush(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until every entry left so far is written; False if that took too long."""
        return self._writer.flush(timeout_seconds)

    def close(self, timeout_seconds: float = 10.0) -> int:
        """Write what waits and return how many entries could not be written since the start."""
        return self._writer.close(timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
