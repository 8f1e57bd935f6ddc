"""Which rows are about these people, in a column of ids or in any text of a row: answered for whole tables."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_PART_OF_AN_ID = "0-9A-Za-z_-"


def about(ids: pa.Array | pa.ChunkedArray, customers: Collection[str]) -> Mask:
    """Return which elements are the id of one of these people; an absent one is nobody's."""
    texts = ids.cast(pa.string())
    found = pc.is_in(texts, value_set=pa.array(sorted(customers), pa.string()))
    return np.asarray(found.to_numpy() if isinstance(found, pa.ChunkedArray) else found.to_numpy(zero_copy_only=False))


def mentioning(rows: pa.Table, customers: Collection[str]) -> Mask:
    """Return which rows name one of these people in any column, alone or as a word of a longer text.

    Rows in quarantine are as they came: the id may stand in a column where none was expected.
    """
    found = np.zeros(rows.num_rows, np.bool_)
    pattern = _word(customers)
    for column in rows.columns:
        found |= pc.fill_null(pc.match_substring_regex(_texts(column), pattern), False).to_numpy()
    return found


def _word(customers: Collection[str]) -> str:
    any_of = "|".join(re.escape(each) for each in sorted(customers))
    return f"(^|[^{_PART_OF_AN_ID}])({any_of})($|[^{_PART_OF_AN_ID}])"


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.chunked_array([pa.array([None if each is None else str(each) for each in column.to_pylist()], pa.string())])
    return column.cast(pa.string())
