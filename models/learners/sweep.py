"""How does a forest answer very many rows: each node is asked of a block of rows at once, so that the processor never guesses.

Leading one row after the other through a tree costs a wrong guess of the processor at every other node. Here a node is one
comparison of a column with a threshold, for as many rows as a register holds. A row's sum is made tree by tree in the order of
the forest, in float64, so it is the library's to the last bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from numba import typeof, types
from numba.core.typing.templates import Signature

from features.kernel.cache import kept
from features.kernel.scratch import compiled
from features.language.program import frozen
from models.learners import tables as tables_form
from models.learners.tables import SPREAD, Tables, no_trees
from models.rows import FloatArray, Rows

_BLOCK = 512  # rows whose columns the processor's near memory holds
_EVERY_LEAF = np.uint32(0xFFFFFFFF)
_NEXT_TO_ZERO = np.float32(1e-35)


class Work(NamedTuple):
    """Scratch memory for one block of rows."""

    values: npt.NDArray[np.float32]
    """The columns that the trees read, shape (features, block)."""
    left: npt.NDArray[np.uint32]
    """The leaves in which each row can still end."""
    sums: FloatArray
    """What the trees have added so far, shape (answers, block)."""


def swept(tables: Tables, rows: Rows, *, answers: int) -> FloatArray:
    """Return the scores of rows, shape (n, answers), to the last bit those of the library; rows are C-contiguous float32."""
    scores = np.empty((len(rows), answers))
    _sweep(tables, rows, _work(len(tables.features), answers), scores)
    return scores


def _work(features: int, answers: int) -> Work:
    return Work(np.empty((features, _BLOCK), np.float32), np.empty(_BLOCK, np.uint32), np.empty((answers, _BLOCK)))


@compiled
def _fill(tables: Tables, rows: Rows, work: Work, begin: int) -> None:
    """Turn a block of rows into columns. LightGBM reads what is next to 0 as 0."""
    for row in range(min(_BLOCK, rows.shape[0] - begin)):
        for place in range(tables.features.size):
            value = rows[begin + row, tables.features[place]]
            work.values[place, row] = np.float32(0.0) if abs(value) <= _NEXT_TO_ZERO else value


@compiled
def _ask(tables: Tables, work: Work, node: int) -> None:
    """Take from each row that goes right at a node the leaves to its left; no comparison with a missing value holds."""
    values, threshold, kept_right = work.values[tables.columns[node]], tables.thresholds[node], tables.kept[node]
    if tables.zero_unknown[node]:
        unknown = _EVERY_LEAF if tables.unknown_left[node] else kept_right
        for row in range(_BLOCK):
            known = _EVERY_LEAF if values[row] <= threshold else kept_right
            work.left[row] &= unknown if values[row] == 0 or values[row] != values[row] else known
    elif tables.unknown_left[node]:
        for row in range(_BLOCK):
            work.left[row] &= kept_right if values[row] > threshold else _EVERY_LEAF
    else:
        for row in range(_BLOCK):
            work.left[row] &= _EVERY_LEAF if values[row] <= threshold else kept_right


@compiled
def _add(leaves: FloatArray, work: Work, answer: int) -> None:
    """Add what each row's leaf says: that of the lowest bit left."""
    sums = work.sums[answer]
    for row in range(_BLOCK):
        lowest = work.left[row] & (~work.left[row] + np.uint32(1))
        sums[row] += leaves[np.uint32(lowest * np.uint32(SPREAD)) >> np.uint32(27)]


def _sweep_rows(tables: Tables, rows: Rows, work: Work, scores: FloatArray) -> None:
    answers = scores.shape[1]
    for begin in range(0, rows.shape[0], _BLOCK):
        _fill(tables, rows, work, begin)
        work.sums[:] = 0.0
        for tree in range(tables.leaves.shape[0]):
            work.left[:] = _EVERY_LEAF
            for node in range(tables.starts[tree], tables.starts[tree + 1]):
                _ask(tables, work, node)
            _add(tables.leaves[tree], work, tree % answers)
        for row in range(min(_BLOCK, rows.shape[0] - begin)):
            for answer in range(answers):
                scores[begin + row, answer] = work.sums[answer, row]


_Sweep: TypeAlias = Callable[[Tables, Rows, Work, FloatArray], None]
_type_of = cast(Callable[[object], types.Type], typeof)


def _version() -> str:
    """Return a text that changes with what is compiled: numba's cache itself watches this file only."""
    parts = [Path(__file__), Path(tables_form.__file__)]
    return hashlib.blake2b(b"".join(part.read_bytes() for part in parts), digest_size=7).hexdigest()


def _signature() -> Signature:
    """Return the types of read-only, C-contiguous tables and rows, the only ones the kernel takes."""
    return types.void(*map(_type_of, (no_trees(), frozen(np.zeros((0, 1), np.float32)), _work(1, 1), np.zeros((0, 1)))))


_sweep: _Sweep = kept(_sweep_rows, _signature(), version=_version())
