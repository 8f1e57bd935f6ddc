"""Of whom do we know more than at some moment, and what are their features now: what is recomputed within a day.

A new day is computed anew for everybody. Until then the rows of a snapshot stand for whoever brought no news, at the snapshot's
own `as_of`; whoever did is computed alone, from their own rows, by the same kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.contracts.sources import SOURCES
from features.engine.arrow import arrow_of, numpy_of
from features.engine.bucket import BucketFeatures, features_of
from features.engine.history import in_storage_order, read_history
from features.log.store import EventLog
from features.times import Timestamp


def changed_customers(
    log: EventLog, *, since: Timestamp, until: Timestamp, sources: Collection[str] = tuple(SOURCES)
) -> pa.StringArray:
    """Return who has a row, in any of the sources, that became known in `[since, until)`; sorted bytewise.

    Whoever is not among them has the features at `until` that were to be expected at `since`. Rows that claim to have been known
    before `since` and arrived after it are not seen; `EventLog.holds_before` tells of those.
    """
    news = [_news(log, source, bucket, (since, until)) for source in sources for bucket in range(log.manifest.buckets)]
    ids = pc.unique(pa.chunked_array(news, pa.string()))
    return ids.take(pc.sort_indices(ids))


def compute_customers(
    log: EventLog, catalogue: Catalogue, *, ids: Collection[str], as_ofs: Sequence[Timestamp]
) -> BucketFeatures:
    """Compute the features of these customers from their own rows: those a recomputation of everybody would give.

    Returns
    -------
    BucketFeatures
        A person an id, sorted bytewise and each once. Who has no row is there too: every count 0, the rest missing, no customer.
    """
    by_bucket: dict[int, list[str]] = {}
    for customer_id in sorted(set(ids)):
        by_bucket.setdefault(log.bucket_of(customer_id), []).append(customer_id)
    found = [_compute_some(log, catalogue, as_ofs, (bucket, people)) for bucket, people in by_bucket.items()]
    return _together(found) if found else features_of(catalogue, read_history(catalogue.compiled, {}), as_ofs=as_ofs)


def _news(log: EventLog, source: str, bucket: int, period: tuple[Timestamp, Timestamp]) -> pa.StringArray:
    rows = log.bucket(source, bucket, ["customer_id", "known_at"]).combine_chunks()
    known_at = np.concatenate([np.zeros(0, np.int64), *(numpy_of(chunk) for chunk in rows["known_at"].chunks)])
    ids = rows.filter(arrow_of((known_at >= period[0]) & (known_at < period[1])))["customer_id"]
    return pc.unique(ids.cast(pa.string())).drop_null()


def _compute_some(
    log: EventLog, catalogue: Catalogue, as_ofs: Sequence[Timestamp], place: tuple[int, list[str]]
) -> BucketFeatures:
    bucket, people = place
    sources = [load.source for load in catalogue.compiled.loads]
    tables = {source: in_storage_order(log.of_customers(source, bucket, people), source) for source in sources}
    return features_of(catalogue, read_history(catalogue.compiled, tables, ids=pa.array(people)), as_ofs=as_ofs)


def _together(parts: Sequence[BucketFeatures]) -> BucketFeatures:
    """Join people of several buckets, sorted bytewise."""
    ids = pa.concat_arrays([part.ids for part in parts])
    order = numpy_of(pc.sort_indices(ids))
    rows: NDArray[np.float32] = np.concatenate([part.rows for part in parts], axis=1)[:, order]
    is_customer = np.concatenate([part.is_customer for part in parts], axis=1)[:, order]
    return BucketFeatures(ids.take(arrow_of(order)), is_customer, rows, np.sum([part.only_events for part in parts], axis=0))
