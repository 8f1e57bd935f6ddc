"""What a machine does to a service that runs on it: its disk is full, its database is held, its background work is killed.

Each trouble begins when its block does and is over when the block ends; nothing is restarted by hand.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.ingestion_crashes.installed import Installation, Running

_CHUNK = bytes(1 << 16)


@dataclass(frozen=True)
class Place:
    """Where the trouble happens: an installation on a disk of its own, and its service."""

    installation: Installation
    running: Running


@contextmanager
def small_disk(folder: Path, *, megabytes: int = 48) -> Iterator[Path]:
    """Mount a small disk in memory, which takes the rights of an administrator."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def disk_full(place: Place) -> Iterator[None]:
    """Fill the disk to its last byte."""
    ballast = place.installation.home.root / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (len(_CHUNK), 4096, 1):
            _fill(file.fileno(), size)
        yield
    ballast.unlink()


def _fill(handle: int, size: int) -> None:
    while True:
        try:
            os.write(handle, _CHUNK[:size])
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return


@contextmanager
def database_held(place: Place) -> Iterator[None]:
    """Hold the database as a backup program that never ends would."""
    connection = sqlite3.connect(place.installation.home.database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


@contextmanager
def background_killed(place: Place) -> Iterator[None]:
    """Kill whoever does the background work; the parent puts another in its place."""
    os.kill(_background(place), signal.SIGKILL)
    yield


def _background(place: Place) -> int:
    """Return the process whose command line says that it does the background work."""
    for child in place.running.children:
        if b"serving.background.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    raise ProcessLookupError("needed a process of the background work, found none")


Trouble: TypeAlias = Callable[[Place], AbstractContextManager[None]]


@dataclass(frozen=True)
class Row:
    """One row of the table: the trouble, and whether what is told meanwhile is refused."""

    trouble: Trouble
    refuses: bool


TABLE: Mapping[str, Row] = {
    "disk full": Row(disk_full, refuses=True),
    "database held by another program": Row(database_held, refuses=True),
    "background process killed": Row(background_killed, refuses=False),
}
"""MLflow's address is a closed port all the while."""
