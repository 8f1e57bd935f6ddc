"""Which bucket does a customer live in, and how many are there: the first 4 bytes of BLAKE2b-64 of the id, modulo their number.

The same hash shards files, Spark tasks and, beyond one machine, hosts. Rows of nobody (public mentions) live with the empty id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.contracts.sources import CUSTOMERS

Numbers = NDArray[np.int64]

MOST_ROWS = 1_000_000
"""Rows of one source that a bucket may hold, so that a reader of one bucket stays far below 0.5 GB."""
MOST_CUSTOMERS = 25_000
"""Rows of `customers`, of which there may be fewer: each is computed for every feature at every moment of a pass."""
_SHARE_BELOW_WHICH_ONE_CUSTOMER_IS_TO_BLAME = 0.25


def bucket_of(customer_id: str | None, buckets: int) -> int:
    """Return the bucket of one customer.

    >>> bucket_of("c1", 16), bucket_of(None, 16) == bucket_of("", 16)
    (3, True)
    """
    digest = hashlib.blake2b((customer_id or "").encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big") % buckets


def buckets_for(loads: Mapping[str, Numbers], buckets: int) -> int:
    """Return how many buckets these should be, by doubling; `loads` are the rows in each of them, by source.

    A bucket that stays full while the others run empty holds one huge customer, whom no number of buckets splits.

    >>> buckets_for({"usage": np.array([900_000, 700_000])}, 2), buckets_for({"usage": np.array([1_900_000, 1_500_000])}, 2)
    (2, 4)
    """
    factor = 1
    while any(_is_too_full(load / factor, most=_most(source)) for source, load in loads.items()):
        factor *= 2
    return buckets * factor


def _most(source: str) -> int:
    return MOST_CUSTOMERS if source == CUSTOMERS.name else MOST_ROWS


def _is_too_full(load: NDArray[np.float64], *, most: int) -> bool:
    return bool(load.max() > most and load.mean() > most * _SHARE_BELOW_WHICH_ONE_CUSTOMER_IS_TO_BLAME)


def rows_by_bucket(rows: pa.Table, buckets: int) -> Numbers:
    """Return how many of the rows belong to each bucket."""
    return np.bincount(_bucket_of_each(rows, buckets), minlength=buckets)


def split_by_bucket(rows: pa.Table, buckets: int) -> Iterator[tuple[int, pa.Table]]:
    """Give each bucket that has rows, and its rows; one bucket is copied at a time."""
    of_row = _bucket_of_each(rows, buckets)
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(buckets + 1))
    for bucket in np.unique(of_row).tolist():
        yield bucket, rows.take(pa.array(order[bounds[bucket] : bounds[bucket + 1]]))


def _bucket_of_each(rows: pa.Table, buckets: int) -> Numbers:
    ids = rows["customer_id"].combine_chunks().dictionary_encode(null_encoding="encode")
    of_id = np.array([bucket_of(customer_id, buckets) for customer_id in ids.dictionary.to_pylist()], dtype=np.int64)
    return of_id[ids.indices.to_numpy()] if rows.num_rows else of_id
