"""Who reads one customer's rows: a few threads of their own, from a pinned version of the log and from the database, no lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine

from features.contracts.sources import SOURCES
from features.home import Home
from features.log.manifest import LogMissing
from features.log.reading import LogMoved
from features.log.store import EventLog
from serving.database.transactions import reading
from serving.history.told import told_versions
from serving.history.versions import Version, version_of
from serving.privacy.tombstones import refuse_erased

_THREADS = 2  # so many histories are read at once in one process; the others wait, and answers about customers do not
_Found = TypeVar("_Found")


class HistoryReader:
    """Reads histories for one process; by the installation's `secret` it knows who was erased."""

    def __init__(self, home: Home, engine: Engine, secret: bytes) -> None:
        self._home = home
        self._engine = engine
        self._secret = secret
        self._threads = ThreadPoolExecutor(_THREADS, "history")
        self._pinned: tuple[tuple[int, ...], EventLog] | None = None

    async def off_loop(self, work: Callable[[], _Found]) -> _Found:
        """Do some work in the threads of this reader."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def told(self, customer_id: str) -> list[Version]:
        """Return the rows of a customer that are not in the log yet, and what was decided for them.

        Raises
        ------
        Erased
            If the person was erased, whatever files still hold.
        """
        with reading(self._engine) as connection:
            refuse_erased(connection, self._secret, customer_id)
            return told_versions(connection, customer_id)

    def versions(self, customer_id: str) -> list[Version]:
        """Return every version of every row of a customer: those of the log, and what is not in it yet.

        The database is read first: what is moved into the log meanwhile is found there then, and what is found twice is one.

        Raises
        ------
        Erased
            If the person was erased, whatever files still hold.
        """
        told = self.told(customer_id)
        return [*self.logged(customer_id), *told]

    def logged(self, customer_id: str) -> Sequence[Version]:
        """Return every version of every row that the log holds of a customer; none where there is no log."""
        return self.read(lambda log: [] if log is None else _every_version(log, customer_id))

    def read(self, look: Callable[[EventLog | None], _Found]) -> _Found:
        """Return what is found in the newest version of the log, which stays the same while it is looked at; None: no log."""
        try:
            return look(self._log())
        except LogMoved:  # somebody was erased while it was read
            self._pinned = None
            return look(self._log())

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _log(self) -> EventLog | None:
        """Return the newest version of the log; as long as its manifest is the same file, with the footers read before."""
        try:
            found = (self._home.log / "manifest.json").stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._pinned is None or self._pinned[0] != mark:
                self._pinned = (mark, EventLog.open(self._home))
            return self._pinned[1]
        except (FileNotFoundError, LogMissing):
            return None


def _every_version(log: EventLog, customer_id: str) -> list[Version]:
    rows = [(source, row) for source in SOURCES for row in log.customer(source, customer_id).to_pylist()]
    return [version_of(source, row) for source, row in rows]
