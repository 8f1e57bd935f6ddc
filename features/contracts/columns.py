"""Do the columns of a delivery fit the contract, and what do their cells say: names, types and zones, before any row is judged.

A delivery whose columns are wrong is refused as a whole. Text is read as what the contract says (a number, true or false, an
ISO 8601 time with a zone), so that CSV needs no casts; single cells that cannot be read are faults of their rows, a column in
which none can be read is a fault of the delivery. Anything else of another type is never coerced.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.schemas import EARLIEST, LATEST, TIME, arrow_type
from features.contracts.sources import Column, Kind, Source

_ZONED = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.]\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)$"
_NAIVE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?)?$"
_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_WORDS = {
    Kind.TEXT: "text",
    Kind.TEXTS: "a list of texts",
    Kind.NUMBER: "a number",
    Kind.FLAG: "true or false",
    Kind.TIME: "a time with a zone",
}

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """A delivery brought to the types of its contract.

    `table` has every delivered column of the contract in order; cells that could not be read are null and stand in
    `unreadable` (column -> reason -> one flag a row). `faults` are faults of the delivery as a whole, each naming its column;
    `faulty` holds the columns they name, whose rows cannot be judged.
    """

    table: pa.Table
    unreadable: Mapping[str, tuple[str, Mask]]
    faults: tuple[str, ...]
    faulty: frozenset[str]


@dataclass(frozen=True)
class _Cells:
    values: pa.Array
    unreadable: tuple[str, Mask] | None = None
    fault: str | None = None


def read_columns(source: Source, given: pa.Table, *, absent: Sequence[str] = ()) -> Columns:
    """Bring a table to the column types of its contract, or say everything that is wrong with its columns.

    Columns named in `absent` must not be delivered: intake knows their values.
    """
    expected = {column.name: column for column in source.delivered if column.name not in absent}
    faults = _faults_of_names(source, given, expected=expected)
    cells = {
        name: _read(given[name], column) if given.column_names.count(name) == 1 else _Cells(_nulls(given, column))
        for name, column in expected.items()
    }
    wrong = {name: cell.fault for name, cell in cells.items() if cell.fault}
    faults += [f"{source.name}.{name}: {fault}" for name, fault in wrong.items()]
    unusable = {name for name in expected if given.column_names.count(name) != 1}
    return Columns(
        pa.table({name: cell.values for name, cell in cells.items()}),
        {name: cell.unreadable for name, cell in cells.items() if cell.unreadable},
        tuple(faults),
        frozenset(wrong) | unusable,
    )


def as_table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as an Arrow table without its index; a column of mixed types becomes one of no accepted type.

    Column by column, since pandas warns where a column with a zone is converted as part of a frame.
    """
    arrays = [_as_array(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pa.Table.from_arrays(arrays, names=[str(name) for name in frame.columns])


def _as_array(values: pd.Series[Any]) -> pa.Array:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        plain = pa.array(values.dt.tz_convert(None).to_numpy(), from_pandas=True)
        return plain.cast(pa.timestamp(plain.type.unit, tz="UTC"))
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([repr(value).encode() for value in values], pa.binary())


def _faults_of_names(source: Source, given: pa.Table, *, expected: Mapping[str, Column]) -> list[str]:
    faults = []
    for name in dict.fromkeys(given.column_names):
        if name not in expected:
            near = difflib.get_close_matches(name, expected, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; it has {', '.join(expected)}"
            faults.append(f"{source.name}.{name}: this delivery may not bring this column{hint}")
        elif given.column_names.count(name) > 1:
            faults.append(f"{source.name}.{name}: the column is there {given.column_names.count(name)} times")
    required = [name for name, column in expected.items() if column.required and name not in given.column_names]
    return faults + [f"{source.name}.{name}: required column is missing ({expected[name].meaning})" for name in required]


def _nulls(given: pa.Table, column: Column) -> pa.Array:
    return pa.nulls(given.num_rows, arrow_type(column))


def _read(chunked: pa.ChunkedArray, column: Column) -> _Cells:
    values = chunked.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_null(values.type):
        return _Cells(values.cast(arrow_type(column)))
    if _is_text(values.type) and column.kind in _TEXT_READERS:
        return _read_text(values.cast(pa.string()), column)
    if column.kind is Kind.TIME and (pa.types.is_timestamp(values.type) or pa.types.is_date(values.type)):
        return _times(values)
    if not _fits(values.type, column.kind):
        return _Cells(pa.nulls(len(values), arrow_type(column)), fault=f"needs {_WORDS[column.kind]}, found {values.type}")
    if column.kind is Kind.NUMBER:
        return _numbers(values)
    return _Cells(values.cast(arrow_type(column)))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _fits(found: pa.DataType, kind: Kind) -> bool:
    if kind is Kind.TEXTS:
        is_list = pa.types.is_list(found) or pa.types.is_large_list(found)
        return bool(is_list and (_is_text(found.value_type) or pa.types.is_null(found.value_type)))
    if kind is Kind.FLAG:
        return bool(pa.types.is_boolean(found))
    return _is_number(found) if kind is Kind.NUMBER else kind is Kind.TEXT and _is_text(found)


def _numbers(values: pa.Array) -> _Cells:
    """Read numbers as float64, a NaN as absent and no negative zero: one content, one spelling."""
    numbers = values.cast(pa.float64(), safe=False)
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return _Cells(pc.add(numbers, 0.0))


def _times(values: pa.Array) -> _Cells:
    """Read times as microseconds UTC; impossible ones become one just outside the possible, so that the row check names them."""
    naive = pa.types.is_date(values.type) or values.type.tz is None
    fault = f"naive time ({values.type}); say its zone in the SELECT, as in `occurred_at AT TIME ZONE 'UTC'`" if naive else None
    if pa.types.is_date(values.type):
        values = values.cast(pa.date32()).cast(pa.timestamp("s"))
    per_second = _PER_SECOND[values.type.unit]
    low, high = (EARLIEST // 1_000_000 - 1) * per_second, (LATEST // 1_000_000) * per_second
    clipped = pc.max_element_wise(pc.min_element_wise(values.cast(pa.int64()), high, skip_nulls=False), low, skip_nulls=False)
    whole = clipped.cast(pa.timestamp(values.type.unit, tz="UTC"))
    return _Cells(whole.cast(TIME, safe=False), fault=fault)


def _read_text(texts: pa.Array, column: Column) -> _Cells:
    values = _TEXT_READERS[column.kind](texts)
    unreadable = np.asarray(pc.and_(pc.is_valid(texts), pc.is_null(values)))
    if not unreadable.any():
        return _Cells(values)
    naive = column.kind is Kind.TIME and pc.all(pc.match_substring_regex(texts.filter(pa.array(unreadable)), _NAIVE)).as_py()
    reason = "naive time, no zone in the text" if naive else f"text that is no {_WORDS[column.kind].removeprefix('a ')}"
    if unreadable.sum() < len(texts) - texts.null_count:
        return _Cells(values, unreadable=(reason, unreadable))
    example = texts.filter(pa.array(unreadable))[0].as_py()
    return _Cells(values, fault=f"needs {_WORDS[column.kind]}, found in every row {reason}, such as {example[:40]!r}")


def _numbers_in(texts: pa.Array) -> pa.Array:
    found = pd.to_numeric(texts.to_pandas(), errors="coerce").to_numpy(dtype=np.float64)
    return _numbers(pa.array(found)).values


def _flags_in(texts: pa.Array) -> pa.Array:
    return pa.array(texts.to_pandas().str.lower().map(_FLAGS), type=pa.bool_(), from_pandas=True)


def _times_in(texts: pa.Array) -> pa.Array:
    zoned = pc.if_else(pc.match_substring_regex(texts, _ZONED), texts, pa.scalar(None, pa.string()))
    moments = pd.to_datetime(zoned.to_pandas(), utc=True, format="ISO8601", errors="coerce")
    return _times(pa.array(moments.dt.tz_convert(None).to_numpy(), from_pandas=True)).values


_TEXT_READERS = {Kind.NUMBER: _numbers_in, Kind.FLAG: _flags_in, Kind.TIME: _times_in}
