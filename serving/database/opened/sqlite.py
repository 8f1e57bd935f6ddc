"""What makes an SQLite file keep its word: durable commits, one writer at a time, readers that never wait, erased bytes.

A commit is synced to disk before it is acknowledged (WAL with synchronous=FULL). Writers begin with BEGIN IMMEDIATE, so a
transaction that has begun to write cannot fail half-way because another one was faster.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from features.errors import Refused
from serving.database.failures import plain_failures, unavailable
from serving.database.opened.turns import turn_of_processes

WRITING = "lifecycle_writing"
BUSY_SECONDS = 5.0

_TURN = "lifecycle_turn"
_IDENTITY = "lifecycle_file"
_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


class JournalRefused(Refused):
    """The file system does not allow write-ahead logging, so commits would not be safe."""


def sqlite_engine(url: URL) -> Engine:
    """Return an engine whose every connection syncs each commit, checks foreign keys and overwrites what it deletes.

    A new file is made readable by its owner only. It is made here alone: a file that goes missing later is missed, and one put in
    its place is opened anew, so that nobody goes on reading, or writing into, a file that has no name any more.
    """
    path = _file(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        url.set(database=str(path)),
        creator=lambda: _connected(path),
        hide_parameters=True,
        execution_options={_TURN: threading.Lock()},
        pool_timeout=BUSY_SECONDS,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", partial(_refuse_replaced, path))
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait for this thread's turn to write, and for that of its process.

    SQLite's own waiting sleeps and polls, so a busy writer can be overtaken for seconds; locks hand over at once.

    Raises
    ------
    DatabaseUnavailable
        If the turn does not come within `BUSY_SECONDS`.
    """
    turn: threading.Lock = engine.get_execution_options()[_TURN]
    if not turn.acquire(timeout=BUSY_SECONDS):
        raise unavailable("others write and did not finish")
    try:
        with turn_of_processes(_file(engine.url), seconds=BUSY_SECONDS):
            yield
    finally:
        turn.release()


def use_write_ahead_log(engine: Engine) -> None:
    """Switch the file to write-ahead logging, which it then remembers. The caller holds the migration lock.

    Raises
    ------
    JournalRefused
        If the file system cannot do it, as most network file systems cannot.
    """
    connection = engine.raw_connection()
    try:
        mode = connection.cursor().execute("PRAGMA journal_mode = WAL").fetchone()[0]
    finally:
        connection.close()
    if mode != "wal":
        raise JournalRefused(
            f"needed write-ahead logging for {_file(engine.url)}; found journal mode {mode!r}: "
            "put the file on a local disk, or use PostgreSQL"
        )


def rebuild(engine: Engine) -> None:
    """Write the file anew without the room of what was deleted, and empty the write-ahead log, where older pages stand still.

    Raises
    ------
    DatabaseUnavailable
        If others read or write too long for that; what is deleted stays deleted, and it can be tried again.
    """
    with turn_to_write(engine), plain_failures():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA query_only = 0")
            cursor.execute("VACUUM")
            (is_busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
    if is_busy:
        raise unavailable("others read, so the write-ahead log could not be emptied")


@contextmanager
def locked_file(engine: Engine) -> Iterator[int]:
    """Open the file beside the database that only one migrating process at a time may lock; the lock ends with the block."""
    path = _file(engine.url)
    handle = os.open(path.with_name(path.name + ".migrating"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Lock the open file if nobody else holds it, and say whether that worked."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file(url: URL) -> Path:
    return Path(url.database or "").absolute()


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, check_same_thread=False)


def _refuse_replaced(path: Path, connection: object, entry: ConnectionPoolEntry, fairy: PoolProxiedConnection) -> None:
    del connection, fairy
    if entry.info[_IDENTITY] != _identity(path):
        raise DisconnectionError  # the pool opens another


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    entry.info[_IDENTITY] = _identity(Path(connection.execute("PRAGMA database_list").fetchone()[2]))
    connection.isolation_level = None  # the driver would otherwise begin transactions by its own rules
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    is_writing = bool(connection.get_execution_options().get(WRITING))
    connection.exec_driver_sql(f"PRAGMA query_only = {int(not is_writing)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
