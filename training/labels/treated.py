"""Who was treated: shown an offer meant to keep them while it was being watched whether they leave.

A model that learned from treated customers foresees what the offers left of the risk, not the risk itself. So the calibration is
told apart for those whom nobody tried to keep.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.rows import BoolArray

_KIND = "retention"


def keeps_offers(log: EventLog) -> bool:
    """Say whether the log holds offers at all."""
    return "offers" in log.manifest.observed_until


def treated_at(log: EventLog, ids: pa.Array, *, as_of: Timestamp, horizon_days: int) -> BoolArray:
    """Return which customers were shown a retention offer within the horizon, in the order of the ids."""
    shown = [_shown(log, bucket, start=as_of, end=as_of + horizon_days * DAY) for bucket in range(log.manifest.buckets)]
    return np.asarray(pc.is_in(ids, value_set=pa.concat_arrays(shown)).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _shown(log: EventLog, bucket: int, *, start: Timestamp, end: Timestamp) -> pa.Array:
    offers = log.bucket("offers", bucket)
    moments = offers["shown_at"].cast(pa.int64())
    within = pc.and_(pc.greater_equal(moments, start), pc.less(moments, end))
    meant = pc.and_(pc.equal(offers["kind"], _KIND), pc.fill_null(within, False))
    return pc.unique(offers["customer_id"].filter(pc.fill_null(meant, False)).cast(pa.string()))
