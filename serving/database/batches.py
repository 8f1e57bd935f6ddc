"""Which bulk questions were asked, how far each is, and whose it is.

A batch runs under the moment it was begun at. Whoever runs it says so with every change; one that was deleted, begun anew or
sent back to wait meanwhile is no longer theirs, and their change does not take place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from features.times import DAY, Timestamp
from serving.database.tables import batches

BatchState: TypeAlias = Literal["waiting", "running", "done", "failed"]

KEPT: Timestamp = 7 * DAY
"""How long results are kept after a batch ended."""

_batch = batches.c


@dataclass(frozen=True)
class Batch:
    """One bulk question. `progress` is the share answered, `failed` how many rows hold an error, `versions` JSON."""

    id: str
    key_id: str
    state: BatchState
    created_at: Timestamp
    started_at: Timestamp | None
    finished_at: Timestamp | None
    total: int
    failed: int | None
    progress: float | None
    versions: str | None
    fault: str | None
    asked: bytes | None

    @property
    def expires_at(self) -> Timestamp | None:
        """Return when its results are dropped; None while it has not ended."""
        return None if self.finished_at is None else self.finished_at + KEPT


@dataclass(frozen=True)
class Begun:
    """A batch that was just begun; `was_running`: it had been begun before, and its process was killed."""

    batch: Batch
    was_running: bool


@dataclass(frozen=True)
class Result:
    """What a batch came to: rows, rows with an error, and the versions they come from (JSON)."""

    rows: int
    failed: int
    versions: str


_COLUMNS = [_batch[name] for name in Batch.__dataclass_fields__]


def keep_batch(connection: Connection, batch: Batch) -> None:
    """Store a batch that waits."""
    connection.execute(batches.insert(), vars(batch))


def batch_of(connection: Connection, batch_id: str) -> Batch | None:
    """Return one batch; None where there is none of that id."""
    row = connection.execute(select(*_COLUMNS).where(_batch.id == batch_id)).one_or_none()
    return None if row is None else _read(row)


def newest_batches(connection: Connection, *, key_id: str | None, limit: int) -> list[Batch]:
    """Return the newest batches, of one key or (None) of all."""
    query = select(*_COLUMNS).order_by(_batch.sequence.desc()).limit(limit)
    return [_read(row) for row in connection.execute(query if key_id is None else query.where(_batch.key_id == key_id))]


def unfinished(connection: Connection, *, key_id: str) -> int:
    """Return how many batches of a key have not ended."""
    mine = and_(_batch.key_id == key_id, _batch.state.in_(["waiting", "running"]))
    return connection.scalar(select(func.count()).where(mine)) or 0


def begin_next(connection: Connection, *, now: Timestamp) -> Begun | None:
    """Begin the oldest batch that has not ended; None where there is none."""
    open_ones = _batch.state.in_(["running", "waiting"])
    query = select(*_COLUMNS).where(open_ones).order_by(_batch.sequence).limit(1).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    before, begun_at = _read(row), max(now, (row.started_at or 0) + 1)
    begun = replace(before, state="running", started_at=begun_at, progress=0.0)
    connection.execute(update(batches).where(_batch.id == row.id).values(vars(begun)))
    return Begun(begun, before.state == "running")


def note_progress(connection: Connection, batch: Batch, *, done: int, total: int) -> bool:
    """Note how far a batch is; False says that it is no longer the caller's."""
    share = min(1.0, done / total) if total else 1.0
    return _change(connection, batch, total=total, progress=share)


def finish(connection: Connection, batch: Batch, result: Result, *, now: Timestamp) -> bool:
    """Say that the results stand; False says that the batch is no longer the caller's. What was asked is forgotten."""
    return _change(
        connection, batch, state="done", finished_at=now, total=result.rows, failed=result.failed, progress=1.0,
        versions=result.versions, asked=None,
    )  # fmt: skip


def fail(connection: Connection, batch: Batch, fault: str, *, now: Timestamp) -> bool:
    """Say that a batch came to nothing, and why."""
    return _change(connection, batch, state="failed", finished_at=now, fault=fault, asked=None)


def begin_anew(connection: Connection) -> int:
    """Send every running batch back to wait: what it has found so far is not to be used. Return how many there were."""
    return connection.execute(update(batches).where(_batch.state == "running").values(state="waiting")).rowcount


def drop_batch(connection: Connection, batch_id: str) -> bool:
    """Delete a batch, whatever its state; False where there is none."""
    return connection.execute(delete(batches).where(_batch.id == batch_id)).rowcount == 1


def drop_old_batches(connection: Connection, *, now: Timestamp) -> int:
    """Delete batches that ended longer than `KEPT` ago, and return how many there were."""
    return connection.execute(delete(batches).where(_batch.finished_at < now - KEPT)).rowcount


def batch_ids(connection: Connection) -> Sequence[str]:
    """Return the ids of all batches."""
    return connection.scalars(select(_batch.id)).all()


def batches_asking(connection: Connection) -> list[Batch]:
    """Return the batches that have not ended, and hold what was asked."""
    query = select(*_COLUMNS).where(_batch.asked.is_not(None)).order_by(_batch.sequence).with_for_update()
    return [_read(row) for row in connection.execute(query)]


def ask_anew(connection: Connection, batch_id: str, asked: bytes) -> None:
    """Replace what a batch asks for."""
    connection.execute(update(batches).where(_batch.id == batch_id).values(asked=asked))


def _change(connection: Connection, batch: Batch, **values: object) -> bool:
    return connection.execute(update(batches).where(_running_as(batch)).values(values)).rowcount == 1


def _running_as(batch: Batch) -> ColumnElement[bool]:
    return and_(_batch.id == batch.id, _batch.state == "running", _batch.started_at == batch.started_at)


def _read(row: Row[tuple[object, ...]]) -> Batch:
    return Batch(*(getattr(row, name) for name in Batch.__dataclass_fields__))
