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

_BITS = 63

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
    order = _by_time(owners, times)
    tied = _tied(owners[order], times[order], further=order >= first)
    if tied.any():
        rows = order[tied]
        decisive = (keys or (lambda: together))().select([source.key, "known_at"]).take(pa.array(rows))
        order[tied] = rows[_by_key(decisive, owners=owners[rows], times=times[rows])]
    return together.take(pa.array(order)).combine_chunks()


def _by_time(owners: Numbers, times: Numbers) -> Numbers:
    """Return the order by owner and time, rows of an earlier run first where both are equal.

    Where owner and time fit into one number, which they do but for many owners over many years, numpy's stable sort finds the
    runs and merges them in linear time.
    """
    since = times - times.min()
    bits = int(since.max()).bit_length()
    if int(owners.max() + 1).bit_length() + bits < _BITS:
        return np.argsort(((owners + 1) << bits) | since, kind="stable")
    return np.lexsort((times, owners))


def _tied(owners: Numbers, times: Numbers, *, further: Mask) -> Mask:
    """Which rows, in this order, share customer and time with a neighbour and with a row that was not in the first run."""
    same = (owners[1:] == owners[:-1]) & (times[1:] == times[:-1])
    tied = np.append(same, False) | np.append(False, same)
    if tied.any():
        group = np.cumsum(np.append(True, ~same)) - 1
        tied = tied & (np.bincount(group, weights=further) > 0)[group]
    return np.asarray(tied)


def _by_key(decisive: pa.Table, *, owners: Numbers, times: Numbers) -> Numbers:
    """Return the order of tied rows by their keys, each within its customer and time."""
    columns = {"owner": owners, "time": times, "key": decisive.column(0), "known_at": decisive.column(1)}
    order: Numbers = pc.sort_indices(pa.table(columns), [(name, "ascending") for name in columns]).to_numpy()
    return order


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
