"""How are the features of everybody computed on this machine: bucket by bucket, all moments in one pass, then merged.

Memory holds one bucket a worker, whatever the size of the log. The only module that imports joblib; never re-exported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from features.catalogue import Catalogue
from features.engine.bucket import compute_bucket
from features.engine.parts import publish_parts, write_part
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot, find_snapshot
from features.times import Timestamp
from features.write_once import new_folder

_Answer = TypeVar("_Answer")
_TOLD_TIMES = 2


@dataclass(frozen=True)
class Effort:
    """How the work is done, which never shows in its result: how many threads, and who is told of progress."""

    jobs: int = 1
    say: Callable[[str], None] | None = None

    def each(self, what: str, work: Callable[[int], _Answer], *, buckets: int) -> list[_Answer]:
        """Do the work for every bucket; answers in the order of buckets."""

        def told(bucket: int) -> _Answer:
            answer = work(bucket)
            if self.say is not None and (bucket + 1) * _TOLD_TIMES % buckets < _TOLD_TIMES:
                self.say(f"{what}: bucket {bucket + 1} of {buckets}")
            return answer

        if self.jobs == 1:
            return [told(bucket) for bucket in range(buckets)]
        from joblib import Parallel, delayed

        answers: list[_Answer] = Parallel(n_jobs=self.jobs, backend="threading")(delayed(told)(b) for b in range(buckets))
        return answers


def compute_snapshots(
    home: Home, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, effort: Effort = Effort()
) -> list[Snapshot]:
    """Return the snapshots of a catalogue at these moments, in their order; stored ones are used again.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    log = EventLog.open(home)
    found = {as_of: find_snapshot(home, as_of, log=log.manifest, signature=catalogue.signature) for as_of in sorted(set(as_ofs))}
    missing = [as_of for as_of, snapshot in found.items() if snapshot is None]
    computed = _compute(log, catalogue, missing, effort=effort) if missing else []
    stored = [snapshot for snapshot in found.values() if snapshot is not None]
    at = {snapshot.as_of: snapshot for snapshot in (*stored, *computed)}
    return [at[as_of] for as_of in as_ofs]


def _compute(log: EventLog, catalogue: Catalogue, as_ofs: list[Timestamp], *, effort: Effort) -> list[Snapshot]:
    with new_folder(log.home.snapshots) as folder:

        def leave_part(bucket: int) -> None:
            write_part(folder, bucket, compute_bucket(log, catalogue, as_ofs=as_ofs, bucket=bucket))

        effort.each("features", leave_part, buckets=log.manifest.buckets)
        return publish_parts(log, catalogue, as_ofs, folder=folder)
