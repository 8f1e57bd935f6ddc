"""How does Spark compute the features of everybody from the stored log: a task a bucket, no shuffle, the local runner's bytes.

Each task reads its bucket of one pinned version of the log and leaves a part beside the snapshots to be; through Spark itself go
bucket numbers only. The driver merges the parts, which takes the memory of everybody's ids and a few megabytes of rows. So driver
and workers share a file system, on which `LIFECYCLE_HOME` lies at the same path for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from features.catalogue import Catalogue
from features.engine.bucket import compute_bucket
from features.engine.parts import snapshots_at, write_part
from features.errors import Unavailable
from features.home import Home
from features.language.feature import Feature
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.spark.session import without_pandas_warning
from features.times import Timestamp

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class SparkFailed(Unavailable):
    """A task on Spark ended with an error, and so did its repetitions."""


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
        _run(session, _Task(log, catalogue.features, tuple(missing), folder))

    return snapshots_at(home, catalogue, as_ofs, leave_parts=leave_parts)


@dataclass(frozen=True)
class _Task:
    """What every task is told; it travels to the workers. A compiled catalogue would not do: its arrays come back writable."""

    log: EventLog
    features: tuple[Feature, ...]
    as_ofs: tuple[Timestamp, ...]
    folder: Path


def _run(session: SparkSession, task: _Task) -> None:
    from pyspark.errors import PySparkException

    buckets = task.log.manifest.buckets
    with without_pandas_warning():
        numbers = session.range(buckets, numPartitions=buckets)
        done = numbers.mapInArrow(partial(_each_bucket, task), numbers.schema)
    try:
        done.collect()
    except PySparkException as error:
        raise SparkFailed(f"needed the features of {buckets} buckets, found that a task ended with: {_said(error)}") from error


def _each_bucket(task: _Task, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Leave the part of each bucket that comes by."""
    catalogue = Catalogue(task.features)
    for batch in batches:
        for bucket in batch.column(0).to_pylist():
            write_part(task.folder, bucket, compute_bucket(task.log, catalogue, as_ofs=task.as_ofs, bucket=bucket))
        yield batch


def _said(error: Exception) -> str:
    """Return what the worker's Python said last, above the JVM's own trace."""
    lines = str(error).split("JVM stacktrace")[0].splitlines()
    return [line for line in lines if line.strip() and not line.startswith((" ", "\t"))][-1]
