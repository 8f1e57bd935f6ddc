"""How do Arrow tables of one bucket, or of one customer, become the kernel's arrays: read once, text coded, order checked.

Tables hold stored columns: `customer_id`, `known_at`, `superseded_at` and the source's own, sorted by (customer_id, event time,
key, known_at). A column the table lacks is a column of NULLs; a source that is missing is empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import SOURCES, Kind
from features.errors import Damaged
from features.language.program import NEVER, CellLoad, Compiled, Rows, SourceLoad, frozen

_SPARE_BITS = 24 - 20
_ORDER = "customer_id, event time, key, known_at"


class RowsOutOfOrder(Damaged):
    """Rows that are not sorted as the log promises; a kernel that trusted them would be wrong without a word."""


@dataclass(frozen=True)
class History:
    """The rows of some customers as arrays: customer c of `rows` is `ids[c]`; ids are sorted bytewise."""

    ids: pa.StringArray
    rows: Rows


def read_history(compiled: Compiled, tables: Mapping[str, pa.Table], *, ids: pa.StringArray | None = None) -> History:
    """Return everybody who has a row in any of the tables, with all their rows; `ids` adds nobody, it says who they are.

    Raises
    ------
    RowsOutOfOrder
        If a table is not sorted by (customer_id, event time).
    """
    loaded = [_Loaded.of(load, tables.get(load.source)) for load in compiled.loads]
    ids = _everybody([source.owners for source in loaded]) if ids is None else ids
    lengths = [source.size for source in loaded]
    firsts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    cells, clocks = [c for s in loaded for c in s.cells], [c for s in loaded for c in s.clocks]
    rows = Rows(
        starts=_stack([first + source.starts(ids) for first, source in zip(firsts, loaded, strict=True)]),
        times=_joined([source.times for source in loaded], np.int64),
        known=_joined([source.known for source in loaded], np.int64),
        superseded=_joined([source.superseded for source in loaded], np.int64),
        cells=_joined(cells, np.float64),
        cell_starts=_column_starts(firsts, [(source.size, len(source.cells)) for source in loaded]),
        clocks=_joined(clocks, np.int64),
        clock_starts=_column_starts(firsts, [(source.size, len(source.clocks)) for source in loaded]),
        codes=frozen(np.array([max([1, *(source.codes for source in loaded)])])),
    )
    return History(ids, rows)


def in_storage_order(table: pa.Table, source: str) -> pa.Table:
    """Sort rows of a source as the log stores them; for rows that come from elsewhere."""
    declared = SOURCES[source]
    keys = dict.fromkeys(("customer_id", declared.time, declared.key, "known_at"))
    return table.sort_by([(key, "ascending") for key in keys])


@dataclass(frozen=True)
class _Loaded:
    """One source as arrays; `owners` and `ends`: which customer's run of rows ends where."""

    owners: pa.StringArray
    ends: NDArray[np.int64]
    times: NDArray[np.int64]
    known: NDArray[np.int64]
    superseded: NDArray[np.int64]
    cells: list[NDArray[np.float64]]
    clocks: list[NDArray[np.int64]]
    codes: int

    @property
    def size(self) -> int:
        return len(self.times)

    @classmethod
    def of(cls, load: SourceLoad, table: pa.Table | None) -> _Loaded:
        table = pa.table({"customer_id": pa.array([], pa.string())}) if table is None else table
        if table["customer_id"].null_count:
            table = table.filter(pc.is_valid(table["customer_id"]))
        owners, ends = _runs(table["customer_id"])
        times = _moments(table, load.time)
        _check_order(load.source, owners, ends, times)
        texts = {cell: _coded(table, cell) for cell in load.cells if cell.kind is Kind.TEXT}
        cells = [texts[cell].values if cell in texts else _numbers(table, cell) for cell in load.cells]
        clocks = [_later(_moments(table, clock.column), clock.by) for clock in load.clocks]
        codes = max([1, *(text.codes for text in texts.values())])
        return cls(owners, ends, times, _moments(table, "known_at"), _moments(table, "superseded_at"), cells, clocks, codes)

    def starts(self, ids: pa.StringArray) -> NDArray[np.int64]:
        """Return where each customer's rows start, and the last one's end."""
        lengths = np.zeros(len(ids) + 1, np.int64)
        lengths[pc.index_in(self.owners, value_set=ids).to_numpy() + 1] = np.diff(self.ends, prepend=0)
        return np.cumsum(lengths)


@dataclass(frozen=True)
class _Coded:
    values: NDArray[np.float64]
    codes: int


def _runs(customer_ids: pa.ChunkedArray) -> tuple[pa.StringArray, NDArray[np.int64]]:
    """Return whose runs of equal ids follow one another, and where each ends."""
    if pa.types.is_dictionary(customer_ids.type):
        customer_ids = customer_ids.cast(customer_ids.type.value_type)
    runs = pc.run_end_encode(customer_ids.combine_chunks(), run_end_type=pa.int64())
    return runs.values.cast(pa.string()), runs.run_ends.to_numpy()


def _check_order(source: str, owners: pa.StringArray, ends: NDArray[np.int64], times: NDArray[np.int64]) -> None:
    ascending = pc.all(pc.less(owners[:-1], owners[1:])).as_py() is not False
    backwards = np.flatnonzero(times[1:] < times[:-1]) + 1
    if not ascending or not np.isin(backwards, ends).all():
        raise RowsOutOfOrder(f"rows of {source} needed the order ({_ORDER}), found them unsorted; run `lifecycle log verify`")


def _moments(table: pa.Table, name: str) -> NDArray[np.int64]:
    if name not in table.column_names:
        return np.full(table.num_rows, NEVER)
    column = table[name].cast(pa.timestamp("us", table[name].type.tz)).cast(pa.int64())
    moments: NDArray[np.int64] = pc.fill_null(column, NEVER).to_numpy()
    return moments


def _later(moments: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(moments == NEVER, NEVER, moments + by) if by else moments


def _numbers(table: pa.Table, cell: CellLoad) -> NDArray[np.float64]:
    if cell.column not in table.column_names:
        return np.full(table.num_rows, np.nan)
    column = table[cell.column]
    if cell.kind is Kind.TEXTS:
        column = _standing(column.combine_chunks(), *cell.vocabulary) if cell.vocabulary else pc.list_value_length(column)
    numbers: NDArray[np.float64] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers


def _standing(lists: pa.ListArray, text: str) -> pa.BooleanArray:
    """Say of each list whether the text stands in it; null where there is no list."""
    found = np.zeros(len(lists), np.bool_)
    found[pc.list_parent_indices(lists).filter(pc.equal(pc.list_flatten(lists), text)).to_numpy()] = True
    return pa.array(found, mask=lists.is_null().to_numpy(zero_copy_only=False))


def _coded(table: pa.Table, cell: CellLoad) -> _Coded:
    """Give each text of a column its number; the size of the dictionary counts only where a number is a place in it."""
    if cell.column not in table.column_names:
        return _Coded(np.full(table.num_rows, np.nan), 1)
    column = table[cell.column]
    column = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    encoded = column.combine_chunks()
    codes = _stable_codes(encoded.dictionary) if cell.stable else _own_codes(encoded.dictionary, cell.vocabulary)
    indices = pc.fill_null(encoded.indices, len(codes)).to_numpy()
    return _Coded(np.append(codes, np.nan)[indices], 1 if cell.stable else len(codes) + len(cell.vocabulary))


def _own_codes(texts: pa.StringArray, vocabulary: tuple[str, ...]) -> NDArray[np.float64]:
    """Give each text its number: first the vocabulary, then whatever else stands there."""
    codes = np.arange(len(texts), dtype=np.float64) + len(vocabulary)
    for code, text in enumerate(vocabulary):
        codes[pc.equal(texts, text).to_numpy(zero_copy_only=False)] = code
    return codes


def _stable_codes(texts: pa.StringArray) -> NDArray[np.float64]:
    """Give each text the first 20 bits of its BLAKE2b, whatever else stands there."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts.to_pylist())
    return np.array([int.from_bytes(digest[:3]) >> _SPARE_BITS for digest in digests], dtype=np.float64)


def _everybody(owners: Sequence[pa.StringArray]) -> pa.StringArray:
    ids = pc.unique(pa.chunked_array(owners, pa.string()))
    return ids.take(pc.sort_indices(ids))


def _column_starts(firsts: NDArray[np.int64], shapes: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return, for each column of each source, where it would hold row 0 if rows counted from the first source on."""
    starts, end = [], 0
    for first, (size, columns) in zip(firsts, shapes, strict=True):
        starts += [end + column * size - first for column in range(columns)]
        end += size * columns
    return frozen(np.array(starts, dtype=np.int64))


def _stack(lines: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return frozen(np.stack(lines).astype(np.int64))


def _joined(parts: Sequence[NDArray[Any]], item: type[np.generic]) -> NDArray[Any]:
    return frozen(np.concatenate(parts).astype(item, copy=False) if parts else np.zeros(0, item))
