"""In which order do the files of an installation forget people, so that a kill at any point leaves nothing that cannot go on.

What is pointed to is written before the pointer moves, and what nothing points to any more is removed last. Each step finds what
is left to do by looking, so doing all of it again does the rest, and doing it once more finds nothing, which is the proof.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from features.erasing.cleared import Cleared
from features.erasing.log import erase_from_log
from features.erasing.quarantine import erase_from_quarantine
from features.erasing.snapshots import remove_snapshots, rewrite_snapshots
from features.erasing.stages import rewrite_stages
from features.erasing.tables import erase_from_tables
from features.erasing.unfinished import remove_unfinished
from features.errors import Conflict, Damaged
from features.home import Home
from features.lock import in_turn
from features.times import Timestamp
from models.bundle.erasing import point_to_rewritten, remove_predictions, rename_last_good, rewrite_predictions
from models.bundle.pointer import publishing_lock
from serving.names.erasing import erase_from_names

_PASSES = 3


class ErasureRunning(Conflict):
    """Another process erases people from the files."""


class TracesLeft(Damaged):
    """Searching again and again goes on finding something."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for others who write the log, publish or erase, in seconds."""

    seconds: float = 30.0


def erase_from_files(home: Home, customers: Collection[str], *, at: Timestamp, patience: Patience) -> list[Cleared]:
    """Take people out of every file, searching until nothing is found any more; return what was done in each store.

    Raises
    ------
    LogLocked, PublishingLocked, ErasureRunning
        If somebody else writes, publishes or erases for too long; what was done stays done, ask again.
    TracesLeft
        If something comes back as fast as it is removed.
    """
    with in_turn(home.root / "erasing.lock", _running, seconds=patience.seconds):
        total = _once(home, customers, at=at, patience=patience)
        for _ in range(_PASSES):
            again = _once(home, customers, at=at, patience=patience)
            if not any(store.changed for store in again):
                return total
            total = [one + more for one, more in zip(total, again, strict=True)]
    raise TracesLeft("needed a search that finds nothing more, found something each time; is somebody copying old files back?")


def _once(home: Home, customers: Collection[str], *, at: Timestamp, patience: Patience) -> list[Cleared]:
    log = erase_from_log(home, customers, seconds=patience.seconds)
    quarantine = erase_from_quarantine(home, customers, seconds=patience.seconds)
    names = erase_from_names(home, customers, seconds=patience.seconds)
    stages = rewrite_stages(home, customers, log=log)
    snapshots = rewrite_snapshots(home, customers, log=log)
    with publishing_lock(home, seconds=patience.seconds):
        predictions = rewrite_predictions(home, customers, snapshots=snapshots.renamed)
        point_to_rewritten(home, predictions.renamed, snapshots=snapshots.renamed, at=at)
        rename_last_good(home, {**predictions.renamed, **snapshots.renamed})
        remove_predictions(home, predictions.renamed)
    remove_snapshots(home, snapshots.renamed)
    unfinished = remove_unfinished(home)
    return [log.cleared, quarantine, names, stages, snapshots, predictions, erase_from_tables(home, customers), unfinished]


def _running(holder: str) -> ErasureRunning:
    return ErasureRunning(f"people are being erased by {holder}; wait until it is done, then run this again")
