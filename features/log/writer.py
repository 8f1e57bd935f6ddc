"""Who may write the log, and when does a write show: one process at a time, all or nothing, the manifest last.

The lock is a file lock that dies with its holder. A file that the newest version names no more stays for a while, so that
whoever reads an older version can finish; the first writer after that removes it, and whatever a killed writer left. So at any
time the disk holds beside the log at most what was written, or taken out of use, within that while before the last write.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from features.contracts.sources import SOURCES
from features.errors import Conflict, Unavailable
from features.home import Home
from features.lock import in_turn
from features.log.manifest import LogManifest, read_manifest, write_manifest
from features.write_once import TEMPORARY

KEPT_SECONDS = 15 * 60.0
"""So long a file stays after the log names it no more: longer than anybody reads one version of the log."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LogLocked(Conflict):
    """Another process is writing the log."""


class NoRoomForLog(Unavailable):
    """The disk is full, or a file may not grow as large as it would have to."""


@contextmanager
def writing(home: Home, *, seconds: float = 0.0, kept_seconds: float = KEPT_SECONDS) -> Iterator[LogManifest]:
    """Hold the log as its one writer; gives the newest version, an empty one where nothing was ever written.

    Wait so long at most for whoever writes. With `kept_seconds=0` no file of an older version outlives the write; nor does one
    where the disk is full.

    Raises
    ------
    LogLocked
        If somebody holds it; the message names the process.
    NoRoomForLog
        If the disk is full; the log is as it was.
    """
    with writer_lock(home, seconds=seconds):
        before, began = read_manifest(home) or LogManifest(), time.time()
        try:
            yield before
        except OSError as error:
            if error.errno in _NO_ROOM:
                kept_seconds = 0.0
                raise NoRoomForLog(
                    f"needed room on the disk to write below {home.root}, found none ({error.strerror}); "
                    "the log is as it was: make room, then run this again"
                ) from error
            raise
        finally:
            _sweep(home, _kept(home, before, began=began, seconds=kept_seconds))


def publish(home: Home, before: LogManifest, after: LogManifest) -> LogManifest:
    """Make `after` what readers open from now on, if it says anything else than `before`; return what they open."""
    if after == before:
        return before
    for path in before.files.keys() - after.files.keys():
        with suppress(FileNotFoundError):  # who lost a file may go on with the others
            os.utime(home.log / path)  # from now on it is old
    published = replace(after, version=before.version + 1)
    write_manifest(home, published)
    return published


@contextmanager
def writer_lock(home: Home, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold the writers' lock of the log, waiting so long at most for whoever holds it; readers need none.

    Raises
    ------
    LogLocked
        If somebody holds it; the message names the process.
    """
    with in_turn(home.log / "writer.lock", _locked, seconds=seconds):
        yield


def _locked(holder: str) -> LogLocked:
    return LogLocked(
        f"the event log is being written by {holder}; nothing was changed: wait until it is done, then run this again"
    )


@dataclass(frozen=True)
class _Kept:
    """Which files nobody may miss: those of the log as it is, as it was before this write, and what became old lately."""

    named: frozenset[Path]
    since: float
    until: float

    def holds(self, path: Path) -> bool:
        """Whether this file stays; what this write wrote and then did not name was seen by nobody."""
        return path in self.named or (not path.name.startswith(TEMPORARY) and self.since < path.stat().st_mtime < self.until)


def _sweep(home: Home, kept: _Kept) -> None:
    """Remove every other file of the log, and what a killed writer had in hand elsewhere."""
    lying = (path for source in SOURCES for path in (home.log / source).glob("*/*"))
    for path in (path for path in lying if not kept.holds(path)):
        path.unlink()
    for unfinished in (*home.log.glob(f"{TEMPORARY}*"), *home.quarantine.glob(f"*/{TEMPORARY}*")):
        unfinished.unlink()


def _kept(home: Home, before: LogManifest, *, began: float, seconds: float) -> _Kept:
    after = read_manifest(home) or before
    named = {*after.files, *(before.files if seconds else ())}
    return _Kept(frozenset(home.log / path for path in named), time.time() - seconds, began)
