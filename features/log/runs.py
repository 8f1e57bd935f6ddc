"""How do sorted runs of rows become one: merged, never sorted again, since the longest holds nearly all the rows.

The order is that of the log: (customer_id, event time, key, known_at), ascending, nobody's rows first. Keys are long texts and
seldom decide, so they are asked for only where rows of two runs have the same customer and time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import Source

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


def merge_runs(source: Source, runs: Sequence[pa.Table], *, keys: Callable[[], pa.Table] | None = None) -> pa.Table:
    """Merge runs that are in stored order, best with the longest first.

    `keys` gives the keys and `known_at` of all rows, where the runs themselves lack them.
    """
    together = pa.concat_tables(runs).unify_dictionaries().combine_chunks()
    first = runs[0].num_rows
    if first == together.num_rows:
        return together
    owners, times = _owners(together["customer_id"]), _microseconds(together[source.time])
    further = np.lexsort((times[first:], owners[first:])) + first
    ends = _places(owners, times, first=first, rows=further)
    order = _inserted(ends, further, first=first)
    tied = _tied(owners, times, ends=ends, further=further)
    if tied.any():
        places = np.flatnonzero(tied[order])
        order[places] = _by_key(source, (keys or (lambda: together))(), owners=owners, rows=order[places], times=times)
    return together.take(pa.array(order)).combine_chunks()


def _places(owners: Numbers, times: Numbers, *, first: int, rows: Numbers, before: int = 0) -> Numbers:
    """Return how many of the first rows are at or before the time of each of these rows, of all customers up to its own.

    With `before` 1, at the same time does not count. Found by bisection among the customer's own rows.
    """
    run, sought = owners[:first], times[rows] - before
    low, high = np.searchsorted(run, owners[rows]), np.searchsorted(run, owners[rows], side="right")
    while (is_open := low < high).any():
        middle = (low + high) // 2
        goes_on = is_open & (times[middle] <= sought)
        low, high = np.where(goes_on, middle + 1, low), np.where(is_open & ~goes_on, middle, high)
    return low


def _inserted(ends: Numbers, further: Numbers, *, first: int) -> Numbers:
    """Return the first rows in their order with the further ones inserted after `ends` of them."""
    order, is_further = np.empty(first + len(further), np.int64), np.zeros(first + len(further), np.bool_)
    is_further[ends + np.arange(len(ends))] = True
    order[is_further], order[~is_further] = further, np.arange(first)
    return order


def _tied(owners: Numbers, times: Numbers, *, ends: Numbers, further: Numbers) -> Mask:
    """Which rows share customer and time with a row of another run, so that their keys decide."""
    first = len(owners) - len(further)
    starts = _places(owners, times, first=first, rows=further, before=1)
    same = (owners[further[1:]] == owners[further[:-1]]) & (times[further[1:]] == times[further[:-1]])
    tied = np.zeros(len(owners), np.bool_)
    tied[further] = (starts < ends) | np.append(same, False) | np.append(False, same)
    tied[_ranges(starts, ends)] = True
    return tied


def _ranges(starts: Numbers, ends: Numbers) -> Numbers:
    lengths = ends - starts
    return np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())


def _by_key(source: Source, keys: pa.Table, *, owners: Numbers, rows: Numbers, times: Numbers) -> Numbers:
    """Return tied rows in order of their keys, each within its customer and time."""
    decisive = pa.table(
        {
            "owner": owners[rows],
            "time": times[rows],
            "key": keys[source.key].take(pa.array(rows)),
            "known_at": keys["known_at"].take(pa.array(rows)),
        }
    )
    order = pc.sort_indices(decisive, [(name, "ascending", "at_start") for name in decisive.column_names])
    by_key: Numbers = rows[order.to_numpy()]
    return by_key


def _owners(customer_ids: pa.ChunkedArray) -> Numbers:
    """Return the place of each row's customer in the order of ids; nobody comes first."""
    ids = customer_ids.combine_chunks()
    ids = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
    ranks = np.empty(len(ids.dictionary) + 1, np.int64)
    ranks[pc.sort_indices(ids.dictionary).to_numpy()] = np.arange(len(ids.dictionary))
    ranks[-1] = -1
    owners: Numbers = ranks[pc.fill_null(ids.indices, len(ids.dictionary)).to_numpy()]
    return owners


def _microseconds(times: pa.ChunkedArray) -> Numbers:
    moments: Numbers = times.cast(pa.int64()).to_numpy()
    return moments
