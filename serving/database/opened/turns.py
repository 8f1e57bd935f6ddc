"""Whose turn is it to write an SQLite file: handed from one process to the next, so that nobody polls while another overtakes.

SQLite's own waiting sleeps ever longer, up to a tenth of a second, so of two busy processes one may wait for seconds. Here two
locks of the kernel lie beside the file: who wants to write first becomes the next in line, then takes the turn. Who has just
written finds that place taken, so two processes that write without a pause take turns. Locks of a process that is killed end.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.database.failures import unavailable

_LOOK_AGAIN_SECONDS = 0.000_5


@contextmanager
def turn_of_processes(path: Path, *, seconds: float) -> Iterator[None]:
    """Wait for this process's turn to write the file at `path`; one thread of a process at a time.

    Raises
    ------
    DatabaseUnavailable
        If the turn does not come within so many seconds, or no lock can be taken beside the file.
    """
    deadline = time.monotonic() + seconds
    with _open(path, "writing") as turn:
        with _open(path, "next") as place:
            _lock(place, deadline)
            _lock(turn, deadline)
        yield


@contextmanager
def _open(path: Path, ending: str) -> Iterator[int]:
    """Open a file that is locked while the block runs; opened anew each time, as an open file is shared across a fork."""
    try:
        handle = os.open(path.with_name(f"{path.name}.{ending}"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unavailable(f"no lock beside the file: {error.strerror}") from error
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int, deadline: float) -> None:
    while not _is_locked(handle):
        if time.monotonic() > deadline:
            raise unavailable("others write and did not finish")
        time.sleep(_LOOK_AGAIN_SECONDS)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise unavailable(f"no lock beside the file: {error.strerror}") from error
    return True
