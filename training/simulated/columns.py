"""How do numbers become Arrow columns? Text by taking from small vocabularies, times in UTC, absent values as null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.simulated.people import NEVER, Bools, Floats, Ints

TIME = pa.timestamp("us", tz="UTC")


def texts(codes: Ints, vocabulary: Sequence[str] | pa.Array) -> pa.Array:
    """Return the words the codes point at; null for codes below 0."""
    words = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(vocabulary, pa.string())
    return words.take(pa.array(codes, mask=codes < 0))


def times(moments: Ints) -> pa.Array:
    """Return moments as times in UTC; null for those that never come."""
    return pa.array(moments, mask=moments >= NEVER).cast(TIME)


def numbers(values: Floats) -> pa.Array:
    """Return numbers; null for NaN."""
    return pa.array(np.asarray(values, dtype=np.float64), mask=np.isnan(values))


def flags(values: Bools, known: Bools) -> pa.Array:
    """Return flags; null where not known."""
    return pa.array(values, mask=~known)


def numbered(prefix: str, codes: Ints, *, width: int) -> pa.Array:
    """Return ids like `u0000042`: a prefix and a number of fixed width."""
    padded = pc.utf8_lpad(pa.array(codes).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(prefix, padded, "")


def customer_ids(count: int) -> pa.Array:
    """Return the ids of all people, by code."""
    return numbered("c", np.arange(count), width=6)


def nulls(count: int, kind: pa.DataType) -> pa.Array:
    """Return a column in which nothing is known."""
    return pa.nulls(count, kind)
