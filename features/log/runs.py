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
    order = _merged(owners, times, first=first)
    tied = _tied(owners[order], times[order], arrived=order >= first)
    if tied.any():
        places = np.flatnonzero(tied)
        order[places] = _by_key(source, (keys or (lambda: together))(), owners=owners, rows=order[places], times=times)
    return together.take(pa.array(order)).combine_chunks()


def _merged(owners: Numbers, times: Numbers, *, first: int) -> Numbers:
    """Return the order by owner and time: where each further row belongs among the first run, by bisection."""
    further = np.lexsort((times[first:], owners[first:])) + first
    places = _places(owners[:first], times[:first], owners=owners[further], times=times[further])
    order, is_further = np.empty(len(owners), np.int64), np.zeros(len(owners), np.bool_)
    is_further[places + np.arange(len(places))] = True
    order[is_further], order[~is_further] = further, np.arange(first)
    return order


def _places(run_owners: Numbers, run_times: Numbers, *, owners: Numbers, times: Numbers) -> Numbers:
    """Return how many rows of the run come before each of these, or at the same time of the same customer."""
    low, high = np.searchsorted(run_owners, owners), np.searchsorted(run_owners, owners, side="right")
    while (open_ := low < high).any():
        middle = (low + high) // 2
        before = open_ & (run_times[np.minimum(middle, len(run_times) - 1)] <= times)
        low, high = np.where(before, middle + 1, low), np.where(open_ & ~before, middle, high)
    return low


def _tied(owners: Numbers, times: Numbers, *, arrived: Mask) -> Mask:
    """Which rows share customer and time with others, one of which did not lie in the first run."""
    same = np.append((owners[1:] == owners[:-1]) & (times[1:] == times[:-1]), False)
    group = np.cumsum(~np.append(False, same[:-1])) - 1
    alone = np.bincount(group) == 1
    touched = np.bincount(group, weights=arrived) > 0
    tied: Mask = (touched & ~alone)[group]
    return tied


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
