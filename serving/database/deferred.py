"""What may be written a moment later: a bounded queue, and one thread that writes many items in one transaction.

A request leaves its item and goes on. While the database cannot write, items wait; when the queue is full, new ones are counted
as unwritten instead of holding requests up.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from serving.database.failures import DatabaseUnavailable
from serving.database.transactions import writing

Item = TypeVar("Item")
Write: TypeAlias = Callable[[Connection, Sequence[Item]], None]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How many items may wait, how many go in one transaction, and the waits, in seconds."""

    queue: int = 50_000
    batch: int = 1_000
    gather_seconds: float = 0.2
    retry_seconds: float = 1.0
    patience_seconds: float = 0.05


class DeferredWriter(Generic[Item]):
    """Writes items in the order they came; `close` writes what still waits.

    Make it in the process that uses it: its thread does not survive a fork.
    """

    def __init__(self, engine: Engine, write: Write[Item], *, pace: Pace | None = None) -> None:
        self._engine = engine
        self._write = write
        self._pace = pace or Pace()
        self._waiting: deque[Item] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._unwritten = 0
        self._size = self._pace.batch
        self._thread = threading.Thread(target=self._run, name="deferred-writer", daemon=True)
        self._thread.start()

    @property
    def unwritten(self) -> int:
        """Return how many items were given up since the start."""
        return self._unwritten

    def submit(self, items: Sequence[Item]) -> bool:
        """Leave items to be written, all or none; False says they were given up because the queue stayed full."""
        with self._changed:
            if not (self._has_room(len(items)) or self._waits_for_room(len(items))) or self._is_closed:
                self._unwritten += len(items)
                return False
            before = len(self._waiting)
            self._waiting.extend(items)
            if before == 0 or before < self._size <= len(self._waiting):
                self._changed.notify_all()  # at other times the writer would wake only to go on gathering
            return True

    def flush(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until nothing waits any more; False if that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout_seconds)

    def close(self, timeout_seconds: float = 10.0) -> int:
        """Write what waits, end the thread and return how many items were given up since the start."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout_seconds)
        with self._changed:
            return self._unwritten + len(self._waiting)

    def _waits_for_room(self, count: int) -> bool:
        return self._changed.wait_for(lambda: self._has_room(count), self._pace.patience_seconds)

    def _has_room(self, count: int) -> bool:
        return self._is_closed or len(self._waiting) + count <= self._pace.queue

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                with writing(self._engine) as connection:
                    self._write(connection, batch)
            except DatabaseUnavailable as error:
                if not self._may_retry(error, len(batch)):
                    return
            except Exception as error:  # whatever it was, the thread must live on
                self._set_aside(error, len(batch))
            else:
                self._drop(len(batch))
                self._size = min(2 * self._size, self._pace.batch)

    def _next_batch(self) -> list[Item]:
        """Return the oldest items, which stay in the queue until they are written; none when closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            self._changed.wait_for(lambda: len(self._waiting) >= self._size or self._is_closed, self._pace.gather_seconds)
            return list(islice(self._waiting, self._size))

    def _may_retry(self, error: DatabaseUnavailable, count: int) -> bool:
        with self._changed:
            if self._is_closed:
                self._fail(error, len(self._waiting))
                return False
            _log.warning("deferred_write_waits", waiting=len(self._waiting), batch=count, why=str(error))
            self._changed.wait_for(lambda: self._is_closed, self._pace.retry_seconds)
            return True

    def _set_aside(self, error: Exception, count: int) -> None:
        """Narrow a batch that can never be written down to the item at fault, which alone is given up."""
        if count == 1:
            self._fail(error, 1)
        self._size = 1

    def _fail(self, error: Exception, count: int) -> None:
        _log.error("deferred_write_failed", items=count, why=type(error).__name__)
        with self._changed:
            self._unwritten += count
            self._drop(count)

    def _drop(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._changed.notify_all()
