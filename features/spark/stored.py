"""How does Spark compute the features of everybody from the stored log: a task a bucket, no shuffle, the local runner's bytes.

Each task reads its bucket of one pinned version of the log and leaves a part beside the snapshots to be. The driver merges the
parts, which takes the memory of everybody's ids and a few megabytes of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from features.catalogue import Catalogue
from features.engine.bucket import compute_bucket
from features.engine.parts import snapshots_at, write_part
from features.home import Home
from features.language.feature import Feature
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.spark.parts import run_parts
from features.times import Timestamp

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def compute_snapshots(home: Home, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, session: SparkSession) -> list[Snapshot]:
    """Return the snapshots of a catalogue at these moments, in their order; stored ones are used again.

    Raises
    ------
    LogMissing
        If there is no event log.
    SparkFailed
        If a bucket could not be computed.
    """

    def leave_parts(log: EventLog, missing: Sequence[Timestamp], folder: Path) -> None:
        run_parts(_Buckets(log, catalogue.features, tuple(missing), folder), log.manifest.buckets, session=session)

    return snapshots_at(home, catalogue, as_ofs, leave_parts=leave_parts)


@dataclass(frozen=True)
class _Buckets:
    """Leaves the part of one bucket. The features travel to the workers: a compiled catalogue's arrays come back writable."""

    log: EventLog
    features: tuple[Feature, ...]
    as_ofs: tuple[Timestamp, ...]
    folder: Path

    def __call__(self, bucket: int) -> None:
        """Compute the bucket at every moment."""
        write_part(self.folder, bucket, compute_bucket(self.log, self._catalogue, as_ofs=self.as_ofs, bucket=bucket))

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.features)
