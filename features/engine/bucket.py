"""What are the features of one bucket's people at some moments: the pure step that every runner takes, here or inside Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.engine.compute import compute
from features.engine.history import History, read_history
from features.log.store import EventLog
from features.times import Timestamp


@dataclass(frozen=True)
class BucketFeatures:
    """The features of everybody who has a row in a bucket: `rows[moment, person]`, float32, missing is NaN.

    `ids` are sorted bytewise; moments as asked. Only who `is_customer[moment, person]` has a row in a snapshot of that moment;
    `only_events[moment]` counts who has visible events and is none.
    """

    ids: pa.StringArray
    is_customer: NDArray[np.bool_]
    rows: NDArray[np.float32]
    only_events: NDArray[np.int64]


def compute_bucket(log: EventLog, catalogue: Catalogue, *, as_ofs: Sequence[Timestamp], bucket: int) -> BucketFeatures:
    """Read one bucket of the log, as far as the catalogue needs it, and compute its features."""
    tables = {load.source: log.bucket(load.source, bucket, load.columns) for load in catalogue.compiled.loads}
    return compute_tables(catalogue, tables, as_ofs=as_ofs)


def compute_tables(catalogue: Catalogue, tables: Mapping[str, pa.Table], *, as_ofs: Sequence[Timestamp]) -> BucketFeatures:
    """Compute the features of everybody in stored rows by source, all versions, in stored order; a source may be missing.

    Raises
    ------
    RowsOutOfOrder
        If a table is not sorted by (customer_id, event time); `history.in_storage_order` sorts rows that come from elsewhere.
    """
    return features_of(catalogue, read_history(catalogue.compiled, tables), as_ofs=as_ofs)


def features_of(catalogue: Catalogue, history: History, *, as_ofs: Sequence[Timestamp]) -> BucketFeatures:
    """Compute the features of everybody in a history."""
    results = compute(catalogue.compiled, history, as_ofs)
    return BucketFeatures(history.ids, results.is_customer, results.rows, results.only_events.sum(axis=1, dtype=np.int64))
