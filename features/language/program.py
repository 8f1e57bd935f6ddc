"""What does a compiled catalogue look like: flat arrays the kernel walks, and the plan by which Arrow columns become arrays.

Rows go through four small machines, each a list of instructions: *row* instructions fill registers, one value a row; *column*
instructions prepare a view of the selected rows; *measures* read prepared columns between two positions into slots; *formulas*
compute slots from slots. Everything is float64; NULL is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.contracts.sources import Kind
from features.times import Timestamp

_Item = TypeVar("_Item", bound=np.generic)

NEVER: Timestamp = int(np.iinfo(np.int64).max)
"""The moment of what has not happened: a NULL time."""

ALL_ROWS = -1
"""The register of a selection without a condition."""

WHOLE_PAST: Timestamp = -1
"""How far before a moment a window begins that has no beginning."""


class RowOp(IntEnum):
    """How a register is filled, for each phase of a row."""

    CELL = 0
    TIME = 1
    CLOCK = 2
    JOINED = 3
    MIDNIGHT = 4
    SECONDS_BETWEEN = 5
    EQUALS = 6
    OVER = 7
    AT_LEAST = 8
    KNOWN = 9
    NOT = 10
    AND = 11
    OR = 12


class ColumnOp(IntEnum):
    """How a column of a view is prepared, so that a measure is a difference of two positions or one short scan."""

    VALUE = 0
    DAYS = 1
    SQUARED_GAPS = 2
    DECAYED = 3
    DECAYED_DISTINCT = 4
    DECAYED_SUM = 5
    PREVIOUS = 6


class MeasureOp(IntEnum):
    """What is taken of a prepared column between two positions."""

    COUNT = 0
    SUM = 1
    MEAN = 2
    MINIMUM = 3
    MAXIMUM = 4
    LAST = 5
    AGE_OF_LAST = 6
    AGE_OF_FIRST = 7
    DISTINCT = 8
    DAYS = 9
    SQUARED_GAPS = 10
    DECAYED = 11
    DECAYED_DAYS = 12
    WEEKLY_SLOPE = 13
    WEEKLY_STREAK = 14
    ENTROPY = 15
    LAST_BUT_ONE = 16


class FormulaOp(IntEnum):
    """How a slot is computed from slots."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3
    ROOT = 4
    OVER = 5
    LEAST = 6
    GREATEST = 7
    KNOWN = 8


class Program(NamedTuple):
    """The instructions, read-only. `x_starts[i]:x_starts[i + 1]` are those of source or selection `i`.

    Registers are numbered within a source, columns and edges within a selection, slots over the whole program.
    """

    rows: NDArray[np.int32]
    """(op, left, right) of each row instruction; instruction i of a source fills its register i."""
    row_numbers: NDArray[np.float64]
    row_starts: NDArray[np.int32]
    cell_starts: NDArray[np.int32]
    clock_starts: NDArray[np.int32]
    joining: NDArray[np.int32]
    """The source and the clock that say when a customer joined; -1 where nobody asks."""
    beside_joining: NDArray[np.int32]
    """1 for each source whose rows are compared with the joining, else 0."""
    selection_starts: NDArray[np.int32]
    wheres: NDArray[np.int32]
    """The register that must be true, one a selection."""
    edges: NDArray[np.int64]
    """How far before each moment a window begins or ends."""
    edge_starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    """(op, register) of each prepared column."""
    column_numbers: NDArray[np.float64]
    column_starts: NDArray[np.int32]
    measures: NDArray[np.int32]
    """(op, edge of the beginning, edge of the end, column, slot)."""
    measure_numbers: NDArray[np.float64]
    measure_starts: NDArray[np.int32]
    formulas: NDArray[np.int32]
    """(op, left, right, slot)."""
    constants: NDArray[np.float64]
    """What each slot starts with: NaN for those that are computed."""
    outputs: NDArray[np.int32]
    """The slot of each formula, then of the rows that make somebody a customer, then of the rows in all sources."""
    sizes: NDArray[np.int32]
    """The most registers of a source, and columns and edges of a selection."""


class Rows(NamedTuple):
    """The rows of many customers, read-only, one source after the other; NULL times are `NEVER`, NULL cells NaN.

    Customer c of source s stands in `starts[s, c]:starts[s, c + 1]`. Cell (or clock) j of row r stands in `cells` at
    `cell_starts[j] + r`; a start may be negative, since r counts over all sources. `codes[0]` is the size of the largest
    dictionary.
    """

    starts: NDArray[np.int64]
    times: NDArray[np.int64]
    known: NDArray[np.int64]
    superseded: NDArray[np.int64]
    cells: NDArray[np.float64]
    cell_starts: NDArray[np.int64]
    clocks: NDArray[np.int64]
    clock_starts: NDArray[np.int64]
    codes: NDArray[np.int64]


@dataclass(frozen=True)
class CellLoad:
    """One column to load as numbers; `vocabulary` are the texts that declarations compare with, coded 0, 1, ...

    Codes are a bucket's own, unless they are to be `stable`: then they are those of `TextCode`. Of a list, it is whether the one
    text of the vocabulary stands in it; without a vocabulary, how many texts do.
    """

    column: str
    kind: Kind
    vocabulary: tuple[str, ...] = ()
    stable: bool = False


@dataclass(frozen=True)
class ClockLoad:
    """One time to load: a time column, moved ahead by so many microseconds."""

    column: str
    by: Timestamp


@dataclass(frozen=True)
class SourceLoad:
    """What the program needs of one source."""

    source: str
    time: str
    cells: tuple[CellLoad, ...]
    clocks: tuple[ClockLoad, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the stored columns to read, each once."""
        named = [cell.column for cell in self.cells] + [clock.column for clock in self.clocks]
        return tuple(dict.fromkeys(("customer_id", self.time, "known_at", "superseded_at", *named)))


@dataclass(frozen=True)
class Compiled:
    """A catalogue ready to run: the instructions and, in the same order of sources, what to load."""

    program: Program
    loads: tuple[SourceLoad, ...]
    features: int


def no_rows() -> Rows:
    """Return the rows of no source and nobody."""
    empty, starts = frozen(np.zeros(0, np.int64)), frozen(np.zeros((0, 1), np.int64))
    cells, codes = frozen(np.zeros(0)), frozen(np.zeros(1, np.int64))
    return Rows(starts, empty, empty, empty, cells, empty, empty, empty, codes)


def frozen(array: NDArray[_Item]) -> NDArray[_Item]:
    """Return the array, C-contiguous and read-only: the only form the kernel takes."""
    kept = np.ascontiguousarray(array)
    kept.setflags(write=False)
    return kept
