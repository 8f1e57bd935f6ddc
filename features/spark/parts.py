"""How is work dealt out on Spark that leaves files: a task a part, no shuffle; through Spark itself go the parts' numbers only.

Driver and workers share a file system, on which `LIFECYCLE_HOME` lies at the same path for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from features.errors import Unavailable
from features.spark.session import without_pandas_warning

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Work: TypeAlias = Callable[[int], None]
"""Does one part and leaves its result in a file; it travels to the workers, so it must pickle."""


class SparkFailed(Unavailable):
    """A task on Spark ended with an error, and so did its repetitions."""


def run_parts(work: Work, parts: int, *, session: SparkSession) -> None:
    """Do every part, 0 to `parts` - 1, each in a task of its own.

    Raises
    ------
    SparkFailed
        If a part could not be done; it says what its task ended with.
    """
    from pyspark.errors import PySparkException

    with without_pandas_warning():
        numbers = session.range(parts, numPartitions=max(parts, 1))
        done = numbers.mapInArrow(partial(_each_part, work), numbers.schema)
    try:
        done.collect()
    except PySparkException as error:
        raise SparkFailed(f"needed {parts} parts done, found that a task ended with: {_said(error)}") from error


def _each_part(work: Work, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for part in batch.column(0).to_pylist():
            work(part)
        yield batch


def _said(error: Exception) -> str:
    """Return what the worker's Python said last, above the JVM's own trace."""
    lines = str(error).split("JVM stacktrace")[0].splitlines()
    return [line for line in lines if line.strip() and not line.startswith((" ", "\t"))][-1]
