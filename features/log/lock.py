"""Who may write the log: one process at a time, by a file lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from features.errors import Conflict
from features.home import Home


class LogLocked(Conflict):
    """Another process is writing the log."""


@contextmanager
def writer_lock(home: Home) -> Iterator[None]:
    """Hold the writers' lock of the log; readers need none.

    Raises
    ------
    LogLocked
        If somebody holds it; the message names the process.
    """
    home.log.mkdir(parents=True, exist_ok=True)
    handle = os.open(home.log / "writer.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, 32, 0).decode() or "unknown"
        raise LogLocked(
            f"the event log is being written by process {holder}; nothing was changed: wait until it is done, then run this again"
        ) from error
