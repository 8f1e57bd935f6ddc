"""How does the quarantine forget people: files with a row that names one, in whatever column, are written again without it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.contracts.sources import SOURCES
from features.erasing.among import mentioning
from features.erasing.cleared import Cleared
from features.home import Home
from features.log.quarantine import set_aside
from features.log.writer import writer_lock
from features.write_once import sync_folder

STORE = "quarantine"


def erase_from_quarantine(home: Home, customers: Collection[str], *, seconds: float = 0.0) -> Cleared:
    """Take every row that names one of these people out of the quarantine.

    Raises
    ------
    LogLocked
        If somebody writes the log for longer than so many seconds, and so may set rows aside; ask again.
    """
    with writer_lock(home, seconds=seconds):
        paths = sorted(path for source in SOURCES for path in (home.quarantine / source).glob("[!.]*.parquet"))
        rows = [_rewritten(home, path, customers) for path in paths]
    return Cleared(STORE, len(paths), sum(map(bool, rows)), sum(rows))


def _rewritten(home: Home, path: Path, customers: Collection[str]) -> int:
    aside = pq.read_table(path)
    gone = mentioning(aside, customers)
    if not gone.any():
        return 0
    set_aside(home, SOURCES[path.parent.name], bad=aside.filter(pa.array(~gone)))
    path.unlink()
    sync_folder(path.parent)
    return int(gone.sum())
