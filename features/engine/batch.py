"""How are the features of everybody computed on this machine: bucket by bucket, all moments in one pass, then merged.

Memory holds one bucket a worker, whatever the size of the log. The only module that imports joblib; never re-exported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from features.catalogue import Catalogue
from features.engine.bucket import compute_bucket
from features.engine.parts import snapshots_at, write_part
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import Timestamp

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

    def leave_parts(log: EventLog, missing: Sequence[Timestamp], folder: Path) -> None:
        def leave_part(bucket: int) -> None:
            write_part(folder, bucket, compute_bucket(log, catalogue, as_ofs=missing, bucket=bucket))

        effort.each("features", leave_part, buckets=log.manifest.buckets)

    return snapshots_at(home, catalogue, as_ofs, leave_parts=leave_parts)
