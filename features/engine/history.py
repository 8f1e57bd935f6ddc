"""How do Arrow tables of one bucket, or of one customer, become the kernel's arrays: whose rows are whose, in which order.

Tables hold stored columns: `customer_id`, `known_at`, `superseded_at` and the source's own, sorted by (customer_id, event time,
key, known_at); texts may be dictionary-encoded. A column the table lacks is a column of NULLs; a source that is missing is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import SOURCES
from features.engine.arrow import arrow_of, numpy_of
from features.engine.columns import (
    coded,
    codes_of,
    dictionary_of,
    fill_cell,
    fill_clock,
    fill_moments,
    places_in,
    with_one_dictionary,
)
from features.errors import Damaged
from features.language.program import Compiled, Rows, SourceLoad, frozen

_Item = TypeVar("_Item", np.int64, np.float64)
_ORDER = "customer_id, event time, key, known_at"


class RowsOutOfOrder(Damaged):
    """Rows that are not sorted as the log promises; a kernel that trusted them would be wrong without a word."""


@dataclass(frozen=True)
class History:
    """The rows of some customers as arrays: customer c of `rows` is `ids[c]`; ids are sorted bytewise."""

    ids: pa.StringArray
    rows: Rows


def read_history(compiled: Compiled, tables: Mapping[str, pa.Table], *, ids: pa.StringArray | None = None) -> History:
    """Return everybody who has a row in any of the tables, with all their rows; `ids` are there even without one.

    Raises
    ------
    RowsOutOfOrder
        If a table is not sorted by (customer_id, event time).
    """
    sources = [_Owned.of(load, tables.get(load.source)) for load in compiled.loads]
    everybody, places = _everybody([source.owners for source in sources], ids)
    cells = [(source, cell) for source in sources for cell in source.load.cells]
    clocks = [(source, clock) for source in sources for clock in source.load.clocks]
    ends = np.cumsum(np.array([source.size for source in sources]))
    firsts = ends - [source.size for source in sources]
    times = _moments(sources, [source.load.time for source in sources])
    for source, begin, end in zip(sources, firsts, ends, strict=True):
        source.check_order(times[begin:end])
    rows = Rows(
        starts=_starts(sources, places, firsts=firsts, customers=len(everybody)),
        times=times,
        known=_moments(sources, ["known_at"] * len(sources)),
        superseded=_moments(sources, ["superseded_at"] * len(sources)),
        cells=_filled(np.float64, [(source.size, partial(fill_cell, source.table, cell)) for source, cell in cells]),
        cell_starts=_column_starts(firsts, [(source.size, len(source.load.cells)) for source in sources]),
        clocks=_filled(np.int64, [(source.size, partial(fill_clock, source.table, clock)) for source, clock in clocks]),
        clock_starts=_column_starts(firsts, [(source.size, len(source.load.clocks)) for source in sources]),
        codes=frozen(np.array([max([1, *(codes_of(source.table, cell) for source, cell in cells)])])),
    )
    return History(everybody, rows)


def in_storage_order(table: pa.Table, source: str) -> pa.Table:
    """Sort rows of a source as the log stores them; for rows that come from elsewhere."""
    declared = SOURCES[source]
    keys = dict.fromkeys(("customer_id", declared.time, declared.key, "known_at"))
    return table.sort_by([(key, "ascending") for key in keys])


@dataclass(frozen=True)
class _Owned:
    """The rows of one source that are somebody's: `owners` are whose they are, one after the other, each until its end."""

    load: SourceLoad
    table: pa.Table
    owners: pa.StringArray
    ends: NDArray[np.int64]

    @property
    def size(self) -> int:
        return int(self.table.num_rows)

    @classmethod
    def of(cls, load: SourceLoad, table: pa.Table | None) -> _Owned:
        table = pa.table({"customer_id": pa.nulls(0, pa.string())}) if table is None else table
        if table["customer_id"].null_count:
            table = table.filter(pc.is_valid(table["customer_id"]))
        customer_ids = with_one_dictionary(table["customer_id"])
        places = np.concatenate([np.zeros(0, np.int32), *(places_in(chunk) for chunk in customer_ids.chunks)])
        ends = np.append(np.flatnonzero(places[1:] != places[:-1]) + 1, len(places))[: len(places)]
        owners = dictionary_of(customer_ids).take(arrow_of(places[ends - 1]))
        return cls(load, coded(table, load.cells), owners, ends)

    def check_order(self, times: NDArray[np.int64]) -> None:
        ascending = pc.all(pc.less(self.owners[:-1], self.owners[1:])).as_py() is not False
        backwards = np.flatnonzero(times[1:] < times[:-1]) + 1
        if not ascending or not np.isin(backwards, self.ends).all():
            source = self.load.source
            raise RowsOutOfOrder(f"rows of {source} needed the order ({_ORDER}), found them unsorted; run `lifecycle log verify`")


def _everybody(owners: Sequence[pa.StringArray], others: pa.StringArray | None) -> tuple[pa.StringArray, list[NDArray[np.int64]]]:
    """Return all owners and others, sorted bytewise, and the places of each source's owners among them."""
    parts = [*owners, pa.nulls(0, pa.string()) if others is None else others]
    every = pa.concat_arrays(parts).dictionary_encode()
    order = pc.sort_indices(every.dictionary)
    ranks = np.empty(len(order), np.int64)
    ranks[numpy_of(order)] = np.arange(len(order))
    places = np.split(ranks[places_in(every)], np.cumsum([len(part) for part in parts])[:-1])
    return every.dictionary.take(order), places[:-1]


def _starts(
    sources: Sequence[_Owned], places: Sequence[NDArray[np.int64]], *, firsts: NDArray[np.int64], customers: int
) -> NDArray[np.int64]:
    """Return where each customer's rows of each source start, and the last one's end."""
    lengths = np.zeros((len(sources), customers + 1), np.int64)
    for source, line, owned in zip(sources, lengths, places, strict=True):
        line[owned + 1] = np.diff(source.ends, prepend=0)
    return frozen(firsts[:, None] + np.cumsum(lengths, axis=1))


def _moments(sources: Sequence[_Owned], names: Sequence[str]) -> NDArray[np.int64]:
    """Return one time column of each source, one source after the other."""
    parts = [(source.size, partial(fill_moments, source.table, name)) for source, name in zip(sources, names, strict=True)]
    return _filled(np.int64, parts)


def _filled(item: type[_Item], parts: Sequence[tuple[int, Callable[[NDArray[_Item]], None]]]) -> NDArray[_Item]:
    """Return one array, of which each part was filled by its own function."""
    array: NDArray[Any] = np.empty(sum(size for size, _ in parts), item)
    begin = 0
    for size, fill in parts:
        fill(array[begin : begin + size])
        begin += size
    return frozen(array)


def _column_starts(firsts: NDArray[np.int64], shapes: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return, for each column of each source, where it would hold row 0 if rows counted from the first source on."""
    starts, end = [], 0
    for first, (size, columns) in zip(firsts, shapes, strict=True):
        starts += [end + column * size - first for column in range(columns)]
        end += size * columns
    return frozen(np.array(starts, dtype=np.int64))
