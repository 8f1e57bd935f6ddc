"""Which bucket does a customer live in: the first 4 bytes of BLAKE2b-64 of the id, modulo the number of buckets.

The same hash shards files, Spark tasks and, beyond one machine, hosts. Rows of nobody (public mentions) live with the empty id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa


def bucket_of(customer_id: str | None, buckets: int) -> int:
    """Return the bucket of one customer.

    >>> bucket_of("c1", 16), bucket_of(None, 16) == bucket_of("", 16)
    (3, True)
    """
    digest = hashlib.blake2b((customer_id or "").encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big") % buckets


def split_by_bucket(rows: pa.Table, buckets: int) -> Iterator[tuple[int, pa.Table]]:
    """Give each bucket that has rows, and its rows; one bucket is copied at a time."""
    ids = rows["customer_id"].combine_chunks().dictionary_encode(null_encoding="encode")
    of_id = np.array([bucket_of(customer_id, buckets) for customer_id in ids.dictionary.to_pylist()], dtype=np.int64)
    of_row = of_id[ids.indices.to_numpy()] if rows.num_rows else of_id
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(buckets + 1))
    for bucket in np.unique(of_row).tolist():
        yield bucket, rows.take(pa.array(order[bounds[bucket] : bounds[bucket + 1]]))
