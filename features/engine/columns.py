"""How does one stored column become the kernel's numbers: written once, to its place; NULL times are `NEVER`, other NULLs NaN."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import Kind
from features.engine.arrow import numpy_of
from features.language.program import NEVER, CellLoad, ClockLoad

_Item = TypeVar("_Item", bound=np.generic)
_SPARE_BITS = 24 - 20


def fill_moments(table: pa.Table, name: str, out: NDArray[np.int64]) -> None:
    """Write a time column, in microseconds."""
    if name not in table.column_names:
        out[:] = NEVER
        return
    column = table[name]
    if column.type.unit != "us":
        column = column.cast(pa.timestamp("us", column.type.tz))
    _write(column, out, missing=NEVER)


def fill_clock(table: pa.Table, clock: ClockLoad, out: NDArray[np.int64]) -> None:
    """Write a time column, moved ahead."""
    fill_moments(table, clock.column, out)
    if clock.by:
        out[out != NEVER] += clock.by


def fill_cell(table: pa.Table, cell: CellLoad, out: NDArray[np.float64]) -> None:
    """Write a number, a flag, the code of a text, or what is asked of a list."""
    if cell.column not in table.column_names:
        out[:] = np.nan
    elif cell.kind is Kind.TEXT:
        _write_codes(table[cell.column], cell, out)
    elif cell.kind is Kind.TEXTS:
        _write_lists(table[cell.column], cell, out)
    else:
        _write(table[cell.column].cast(pa.float64()), out, missing=np.nan)


def coded(table: pa.Table, cells: tuple[CellLoad, ...]) -> pa.Table:
    """Return a table in which each text column that is asked for has one dictionary."""
    texts = {cell.column for cell in cells if cell.kind is Kind.TEXT} & set(table.column_names)
    for place, name in enumerate(table.column_names):
        if name in texts:
            table = table.set_column(place, name, with_one_dictionary(table[name]))
    return table


def with_one_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column as places in one dictionary."""
    return column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def codes_of(table: pa.Table, cell: CellLoad) -> int:
    """Return how many codes a cell may have that are places in a dictionary: 0 for what is no text, and for stable codes."""
    if cell.kind is not Kind.TEXT or cell.stable or cell.column not in table.column_names:
        return 0
    return len(cell.vocabulary) + len(dictionary_of(table[cell.column]))


def dictionary_of(column: pa.ChunkedArray) -> pa.StringArray:
    """Return the one dictionary of a column."""
    return column.chunk(0).dictionary if column.num_chunks else pa.nulls(0, pa.string())


def places_in(chunk: pa.DictionaryArray) -> NDArray[np.int32]:
    """Return each row's place in the dictionary; of a null, anything."""
    return numpy_of(chunk.indices.cast(pa.int32()))


def _write(column: pa.ChunkedArray, out: NDArray[Any], *, missing: float) -> None:
    for chunk, part in _pieces(column, out):
        if chunk.null_count < len(chunk):
            part[:] = numpy_of(chunk)
        _write_missing(chunk, part, missing)


def _write_codes(column: pa.ChunkedArray, cell: CellLoad, out: NDArray[np.float64]) -> None:
    texts = dictionary_of(column)
    codes = np.append(stable_codes(texts) if cell.stable else _own_codes(texts, cell.vocabulary), np.nan)
    for chunk, part in _pieces(column, out):
        np.take(codes, places_in(chunk), out=part, mode="clip")
        _write_missing(chunk, part, np.nan)


def _write_lists(column: pa.ChunkedArray, cell: CellLoad, out: NDArray[np.float64]) -> None:
    """Write of each list whether the vocabulary's text stands in it, or without a vocabulary its length."""
    for chunk, part in _pieces(column, out):
        if cell.vocabulary:
            texts = pc.list_flatten(chunk).dictionary_encode()
            stands = _own_codes(texts.dictionary, cell.vocabulary)[places_in(texts)] == 0
            part[:] = 0.0
            part[numpy_of(pc.list_parent_indices(chunk))[stands]] = 1.0
        else:
            part[:] = numpy_of(pc.list_value_length(chunk).cast(pa.float64()))
        _write_missing(chunk, part, np.nan)


def _pieces(column: pa.ChunkedArray, out: NDArray[_Item]) -> Iterator[tuple[pa.Array, NDArray[_Item]]]:
    """Give each chunk of a column, and where it goes."""
    end = 0
    for chunk in column.chunks:
        begin, end = end, end + len(chunk)
        yield chunk, out[begin:end]


def _write_missing(chunk: pa.Array, part: NDArray[Any], missing: float) -> None:
    if chunk.null_count:
        part[numpy_of(chunk.is_null())] = missing


def _own_codes(texts: pa.StringArray, vocabulary: tuple[str, ...]) -> NDArray[np.float64]:
    """Give each text its number: first the vocabulary, then whatever else stands there."""
    codes = np.arange(len(texts), dtype=np.float64) + len(vocabulary)
    if vocabulary:
        places = {text: place for place, text in enumerate(texts.to_pylist())}
        for code, text in enumerate(vocabulary):
            if text in places:
                codes[places[text]] = code
    return codes


def stable_codes(texts: pa.StringArray) -> NDArray[np.float64]:
    """Give each text the first 20 bits of its BLAKE2b, whatever else stands there."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts.to_pylist())
    return np.array([int.from_bytes(digest[:3]) >> _SPARE_BITS for digest in digests], dtype=np.float64)
