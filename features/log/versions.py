"""How do arriving rows join the rows that stand: one row a version, the same whatever the order and repetition of delivery.

A version is a (customer_id, key, known_at). Rows of the same content are one. Of several contents for one version the one with
the greatest content hash stands: arbitrary, and the same for everybody. Each version says when the next one superseded it.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.schemas import TIME, delivered_schema, stored_schema
from features.contracts.sources import Source
from features.times import Timestamp

_LANES = 2
NOTHING = (0,) * _LANES
_SEPARATOR, _INNER_SEPARATOR = "\x1f", "\x1e"  # checked texts hold no control characters, so no two rows are spelled alike

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
ContentSum = NDArray[np.uint64]


@dataclass(frozen=True)
class Counts:
    """What became of the arriving rows of one source.

    `accepted` rows stand in the log now; `duplicates` repeated what stands; `versions` of the accepted are further versions
    of an id; `clashes` are ids with two contents for one `known_at`. `late` rows tell of a time the log had already observed;
    `backdated` ones also claim to have been known then, so snapshots of that time change when computed anew.
    """

    accepted: int = 0
    duplicates: int = 0
    versions: int = 0
    clashes: int = 0
    late: int = 0
    backdated: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(operator.add, astuple(self), astuple(other)))


@dataclass(frozen=True)
class Merged:
    """The rows of one bucket after arrival, in stored order.

    `change` is by how much the sum over their content changed; `since` the smallest `known_at` among rows added or dropped,
    None if there are none: nothing that was said of an earlier moment changed.
    """

    rows: pa.Table
    change: ContentSum
    counts: Counts
    since: Timestamp | None


@dataclass(frozen=True)
class _Sorted:
    """Rows sorted by (customer_id, key, known_at), the running number of their id and of their version, and who is new."""

    rows: pa.Table
    of_id: Numbers
    of_version: Numbers
    arrived: Mask


def merge_versions(source: Source, standing: pa.Table, *, arriving: pa.Table, observed_until: Timestamp | None) -> Merged:
    """Merge checked rows of one bucket into those that stand there.

    `observed_until` is how far the source had been observed before this delivery, for counting late rows; None for the first.
    """
    found = _sort_by_version(source, standing, arriving=arriving)
    stands, repeats, clashes = _choose(source, found)
    new = found.arrived & stands
    left_out = ~found.arrived & ~stands
    versions = _further_versions(found.of_id, stands) - _further_versions(found.of_id, ~found.arrived)
    late, backdated = _lateness(source, found, new=new, observed_until=observed_until)
    duplicates = int((found.arrived & ~stands & repeats).sum())
    change = content_sum(source, found.rows.filter(pa.array(new))) - content_sum(source, found.rows.filter(pa.array(left_out)))
    since = _earliest(found.rows.filter(pa.array(new | left_out)))
    return Merged(
        _stored(source, found, stands), change, Counts(int(new.sum()), duplicates, versions, clashes, late, backdated), since
    )


def as_stored(source: Source, rows: pa.Table) -> pa.Table:
    """Return checked rows of some customers, in any order, as a log that got them all stores them."""
    found = _sort_by_version(source, stored_schema(source).empty_table(), arriving=rows)
    stands, _, _ = _choose(source, found)
    return _stored(source, found, stands)


def content_sum(source: Source, rows: pa.Table) -> ContentSum:
    """Sum of the hashes of all rows, modulo 2^64 in each of two lanes: the same for any order and any split into files."""
    total: ContentSum = _row_hashes(rows, delivered_schema(source).names).sum(axis=0, dtype=np.uint64)
    return total


def _sort_by_version(source: Source, standing: pa.Table, *, arriving: pa.Table) -> _Sorted:
    names = delivered_schema(source).names
    both = pa.concat_tables([standing.select(names), arriving.select(names)]).combine_chunks()
    keys = _unique("customer_id", source.key, "known_at", *([source.stamped] if source.stamped else []))
    order = pc.sort_indices(both, [(name, "ascending", "at_start") for name in keys])
    rows = both.take(order).combine_chunks()
    same_id = _repeats(rows, _unique("customer_id", source.key))
    of_version = np.cumsum(~(same_id & _repeats(rows, ["known_at"]))) - 1
    return _Sorted(rows, np.cumsum(~same_id) - 1, of_version, order.to_numpy() >= standing.num_rows)


def _choose(source: Source, found: _Sorted) -> tuple[Mask, Mask, int]:
    """Which row stands for each version, which rows say the same as the one that stands, and how many versions are disputed."""
    content = [name for name in found.rows.column_names if name != source.stamped]
    starts = np.diff(found.of_version, prepend=-1) > 0
    stands, repeats = starts.copy(), np.ones_like(starts)
    if starts.all():
        return stands, repeats, 0
    disputed = np.unique(found.of_version[~starts & ~_repeats(found.rows, content)])
    if not len(disputed):
        return stands, repeats, 0
    rows = np.flatnonzero(np.isin(found.of_version, disputed))
    hashes = _row_hashes(found.rows.take(pa.array(rows)), content)
    of_version = np.searchsorted(disputed, found.of_version[rows])
    order = np.lexsort((rows, ~hashes[:, 1], ~hashes[:, 0], of_version))
    winners = order[np.unique(of_version[order], return_index=True)[1]]
    stands[rows], stands[rows[winners]] = False, True
    repeats[rows] = (hashes == hashes[winners][of_version]).all(axis=1)
    return stands, repeats, len(disputed)


def _stored(source: Source, found: _Sorted, stands: Mask) -> pa.Table:
    rows = found.rows.filter(pa.array(stands))
    return _in_stored_order(source, _with_superseded_at(source, rows, of_id=found.of_id[stands]))


def _further_versions(of_id: Numbers, counted: Mask) -> int:
    return int(counted.sum()) - len(np.unique(of_id[counted]))


def _lateness(source: Source, found: _Sorted, *, new: Mask, observed_until: Timestamp | None) -> tuple[int, int]:
    if observed_until is None or not new.any():
        return 0, 0
    stood = np.isin(found.of_id, found.of_id[~found.arrived])
    late = new & ~stood & (_microseconds(found.rows[source.time]) < observed_until)
    backdated = new & (_microseconds(found.rows["known_at"]) < observed_until)
    return int(late.sum()), int(backdated.sum())


def _earliest(rows: pa.Table) -> Timestamp | None:
    earliest: Timestamp | None = pc.min(rows["known_at"].cast(pa.int64())).as_py()
    return earliest


def _with_superseded_at(source: Source, rows: pa.Table, *, of_id: Numbers) -> pa.Table:
    next_is_same = np.append(of_id[1:] == of_id[:-1], False)[: len(of_id)]
    next_known_at = np.roll(_microseconds(rows["known_at"]), -1)
    superseded_at = pa.array(next_known_at, pa.int64(), mask=~next_is_same).cast(TIME)
    return rows.append_column("superseded_at", superseded_at).cast(stored_schema(source))


def _in_stored_order(source: Source, rows: pa.Table) -> pa.Table:
    keys = _unique("customer_id", source.time, source.key, "known_at")
    order = pc.sort_indices(rows, [(name, "ascending", "at_start") for name in keys])
    return rows.take(order).combine_chunks()


def _repeats(rows: pa.Table, names: Sequence[str]) -> Mask:
    """Which rows equal the row before them in these columns; an absent value equals an absent one."""
    same = np.ones(rows.num_rows, dtype=np.bool_)
    same[:1] = False
    for name in names:
        values = _plain(rows[name].combine_chunks())
        before, after = values[:-1], values[1:]
        equal = pc.or_(pc.fill_null(pc.equal(before, after), False), pc.and_(pc.is_null(before), pc.is_null(after)))
        same[1:] &= np.asarray(equal)
    return same


def _row_hashes(rows: pa.Table, names: Sequence[str]) -> ContentSum:
    """BLAKE2b-128 of each row's columns that have a value, as two lanes; columns added to a contract later change no old hash."""
    named = [pc.binary_join_element_wise(name + "=", _spelled(rows[name].combine_chunks()), "") for name in sorted(names)]
    texts = pc.binary_join_element_wise(*named, _SEPARATOR, null_handling="skip").cast(pa.binary())
    digests = [hashlib.blake2b(text, digest_size=8 * _LANES).digest() for text in texts.to_pylist()]
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, _LANES)


def _spelled(values: pa.Array) -> pa.Array:
    """One exact spelling of each value: numbers and times by their bits, which no library formats differently."""
    if pa.types.is_floating(values.type):
        values = values.view(pa.int64())
    elif pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    return _plain(values).cast(pa.string())


def _plain(values: pa.Array) -> pa.Array:
    return pc.binary_join(values, _INNER_SEPARATOR) if pa.types.is_list(values.type) else values


def _microseconds(times: pa.ChunkedArray) -> Numbers:
    return np.asarray(times.cast(pa.int64()).combine_chunks())


def _unique(*names: str) -> list[str]:
    return list(dict.fromkeys(names))
