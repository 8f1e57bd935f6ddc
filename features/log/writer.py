"""Who may write the log, and when does a write show: one process at a time, all or nothing, the manifest last.

The lock is a file lock that dies with its holder. Files that no version names any more, or that a killed writer left, are swept
by the next writer before it begins and once it is done.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from features.contracts.sources import SOURCES
from features.errors import Conflict, Unavailable
from features.home import Home
from features.lock import in_turn
from features.log.manifest import LogManifest, read_manifest, write_manifest
from features.write_once import TEMPORARY

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LogLocked(Conflict):
    """Another process is writing the log."""


class NoRoomForLog(Unavailable):
    """The disk is full, or a file may not grow as large as it would have to."""


@contextmanager
def writing(home: Home, *, seconds: float = 0.0) -> Iterator[LogManifest]:
    """Hold the log as its one writer; gives the newest version, an empty one where nothing was ever written.

    Wait so long at most for whoever writes.

    Raises
    ------
    LogLocked
        If somebody holds it; the message names the process.
    NoRoomForLog
        If the disk is full; the log is as it was.
    """
    with writer_lock(home, seconds=seconds):
        before = read_manifest(home) or LogManifest()
        _sweep(home, before)
        try:
            yield before
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NoRoomForLog(
                    f"needed room on the disk to write below {home.root}, found none ({error.strerror}); "
                    "the log is as it was: make room, then run this again"
                ) from error
            raise
        finally:
            _sweep(home, read_manifest(home) or before)


def publish(home: Home, before: LogManifest, after: LogManifest) -> LogManifest:
    """Make `after` what readers open from now on, if it says anything else than `before`; return what they open."""
    if after == before:
        return before
    published = replace(after, version=before.version + 1, previous=tuple(before.files))
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


def _sweep(home: Home, manifest: LogManifest) -> None:
    """Remove files that neither this version of the log nor the one before names: leftovers of crashes and older versions."""
    kept = {*manifest.files, *manifest.previous}
    for source in SOURCES:
        for path in (home.log / source).glob("*/*"):
            if path.relative_to(home.log).as_posix() not in kept:
                path.unlink()
    for unfinished in (*home.log.glob(f"{TEMPORARY}*"), *home.quarantine.glob(f"*/{TEMPORARY}*")):
        unfinished.unlink()
