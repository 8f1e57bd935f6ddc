"""What did processes that were killed leave half-written, which may hold anybody: removed sooner than other leftovers are.

A process that still writes checks who was erased before it publishes, so what it has begun may stay.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from features.erasing.cleared import Cleared
from features.home import Home
from features.write_once import TEMPORARY

STORE = "unfinished"

_UNTOUCHED_SECONDS = 15 * 60


def remove_unfinished(home: Home) -> Cleared:
    """Remove half-written folders and files that nobody has touched for a quarter of an hour."""
    found = [path for folder in _folders(home) for path in folder.glob(f"{TEMPORARY}*")]
    left = [path for path in found if time.time() - _newest(path) > _UNTOUCHED_SECONDS]
    for path in left:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return Cleared(STORE, len(found), len(left))


def _folders(home: Home) -> Iterator[Path]:
    yield from (home.root, home.snapshots, home.stages, home.predictions, home.names, home.reports)


def _newest(path: Path) -> float:
    times = [each.stat().st_mtime for each in (path, *path.rglob("*")) if each.exists()]
    return max(times, default=0.0)
