"""Which folders are no longer needed, and how do they go: renamed first, so that no reader meets half a folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from features.home import Home
from features.times import SECOND, WEEK, Timestamp, format_time
from features.write_once import TEMPORARY
from models.bundle.pointer import publishing_lock
from serving.pruning.needed import trainings, what_is_needed
from serving.pruning.retention import Retention

_SETTLED_SECONDS = 24 * 3600
"""What was written within a day stays: somebody may be about to name it."""


def superfluous(home: Home, keep: Retention, *, now: Timestamp) -> list[Path]:
    """Return the folders that may go, the order of their removal: what names before what is named."""
    needed = what_is_needed(home, keep, now=now)
    unneeded_snapshots = {name[:12] for name in needed.published - needed.snapshots}
    found = [
        *_unnamed(home.predictions, needed.predictions),
        *_unnamed(home.bundles, needed.bundles),
        *(home.root / "candidates" / training.run for training in trainings(home, keep) if not training.is_new),
        *_unnamed(home.models, needed.models),
        *(path for path in home.snapshots.glob("[0-9]*-*") if path.name.rpartition("-")[2] in unneeded_snapshots),
        *_old_mondays(home, keep, now=now),
    ]
    return [path for path in found if time.time() - path.stat().st_mtime > _SETTLED_SECONDS]


def prune_files(home: Home, keep: Retention, *, now: Timestamp) -> list[Path]:
    """Remove what may go, while nobody publishes, and return the folders removed.

    Raises
    ------
    PublishingLocked
        If somebody does, so that it is not known what is needed; nothing was removed.
    """
    with publishing_lock(home):
        gone = superfluous(home, keep, now=now)
        for path in gone:
            shutil.rmtree(path.rename(path.with_name(f"{TEMPORARY}{path.name}")))
    return gone


def _unnamed(parent: Path, names: set[str] | frozenset[str]) -> Iterator[Path]:
    return (path for path in sorted(parent.glob("[!.]*")) if path.is_dir() and path.name not in names)


def _old_mondays(home: Home, keep: Retention, *, now: Timestamp) -> list[Path]:
    if not keep.stages_weeks:
        return []
    oldest = format_time(now - keep.stages_weeks * WEEK - now % SECOND).replace("-", "").replace(":", "")
    return [path for path in home.stages.glob("[0-9]*-*") if path.name.partition("-")[0] < oldest]
