"""Who may do this now: one process at a time, by a file lock that dies with its holder and says who that is."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from features.errors import Conflict, Unavailable
from features.times import format_time, to_timestamp

_HELD = {errno.EAGAIN, errno.EACCES}
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
_LONGEST_NAME = 400
_LOOK_AGAIN_SECONDS = 0.01


class LocksMissing(Unavailable):
    """The volume has no file locks, so nothing there can be kept to one process."""


@contextmanager
def only_one(path: Path, refused: Callable[[str], Conflict]) -> Iterator[None]:
    """Hold the lock at `path` as long as the block runs. `refused` makes the error for who comes second of who holds it.

    The lock is the kernel's (`flock`), not the file: a file left behind by a process that was killed holds nobody up.

    Raises
    ------
    Conflict
        What `refused` made, if somebody holds it.
    LocksMissing
        If the volume has no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle, path, refused)
        os.ftruncate(handle, 0)
        os.pwrite(handle, _this_process().encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def in_turn(path: Path, refused: Callable[[str], Conflict], *, seconds: float) -> Iterator[None]:
    """Hold the lock at `path` as `only_one` does, after waiting so long at most for whoever holds it.

    Raises
    ------
    Conflict
        What `refused` made, if the turn did not come.
    LocksMissing
        If the volume has no locks.
    """
    with ExitStack() as held:
        deadline = time.monotonic() + seconds
        while True:
            try:
                held.enter_context(only_one(path, refused))
                break
            except Conflict:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_AGAIN_SECONDS)
        yield


def _take(handle: int, path: Path, refused: Callable[[str], Conflict]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            raise refused(os.pread(handle, _LONGEST_NAME, 0).decode(errors="replace") or "another process") from error
        if error.errno in _NO_LOCKS:
            raise LocksMissing(
                f"needed file locks (flock) on the volume of {path}, found none ({error.strerror}); nothing was done: keep "
                "LIFECYCLE_HOME on a local or block volume, or on NFS with its lock service"
            ) from error
        raise


def _this_process() -> str:
    since = to_timestamp(dt.datetime.now(dt.UTC).replace(microsecond=0))
    return f"process {os.getpid()} on {socket.gethostname()} since {format_time(since)}"
