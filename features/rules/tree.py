"""What is a rule once parsed: a small tree of conditions over numbers, and the one evaluator of it, three-valued as in SQL.

Numbers are float64 arrays in which NaN is NULL. Truth is an int8 array: 1 true, 0 unknown, -1 false, so that AND is the
minimum, OR the maximum and NOT the change of sign (Kleene's logic). Constants stay scalars until the end; one customer is
a table of one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
Truth: TypeAlias = npt.NDArray[np.int8]
Columns: TypeAlias = Mapping[str, FloatArray]

_TRUE, _UNKNOWN, _FALSE = np.int8(1), np.int8(0), np.int8(-1)

ARITHMETIC: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
COMPARISONS: Mapping[str, Callable[[FloatArray, FloatArray], npt.NDArray[np.bool_]]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Number(Protocol):
    """A part of a rule that has a number for each customer, NaN where there is none."""

    def values(self, columns: Columns) -> FloatArray:
        """Return float64 of the columns' length, or of no dimension where it is the same for all."""


class Condition(Protocol):
    """A part of a rule that is true, false or unknown for each customer."""

    def truth(self, columns: Columns) -> Truth:
        """Return 1, -1 or 0 of the columns' length, or of no dimension where it is the same for all."""

    def __hash__(self) -> int:
        """Return the same for parts that mean the same."""


@dataclass(frozen=True)
class Literal:
    """A number written in the rule; NaN stands for NULL."""

    value: float

    def values(self, columns: Columns) -> FloatArray:
        """Return the number itself."""
        del columns
        return np.asarray(self.value, dtype=np.float64)


@dataclass(frozen=True)
class Named:
    """A number looked up by its name; float32 features widen to float64 without change."""

    name: str

    def values(self, columns: Columns) -> FloatArray:
        """Return the column of that name."""
        return np.asarray(columns[self.name], dtype=np.float64)


@dataclass(frozen=True)
class Arithmetic:
    """Sum, difference, product or quotient; NULL where an operand is, where the divisor is 0 and where it overflows."""

    operator: str
    left: Number
    right: Number

    def values(self, columns: Columns) -> FloatArray:
        """Return the result, NaN wherever it is not finite."""
        result = ARITHMETIC[self.operator](self.left.values(columns), self.right.values(columns))
        return np.where(np.isfinite(result), result, np.nan)


@dataclass(frozen=True)
class Comparison:
    """Two numbers compared; unknown where one of them is NULL."""

    operator: str
    left: Number
    right: Number

    def truth(self, columns: Columns) -> Truth:
        """Return how the comparison comes out."""
        left, right = self.left.values(columns), self.right.values(columns)
        known = ~(np.isnan(left) | np.isnan(right))
        return _truth(COMPARISONS[self.operator](left, right), known)


@dataclass(frozen=True)
class Membership:
    """IN: true where the number equals a member; else unknown where the number or a member is NULL."""

    value: Number
    members: tuple[Number, ...]

    def truth(self, columns: Columns) -> Truth:
        """Return whether the number is among the members."""
        value = _Known(self.value.values(columns))
        return reduce(np.maximum, (Comparison("=", value, member).truth(columns) for member in self.members))


@dataclass(frozen=True)
class Missing:
    """IS NULL of a number: never unknown."""

    value: Number

    def truth(self, columns: Columns) -> Truth:
        """Return whether the number is missing."""
        missing = np.isnan(self.value.values(columns))
        return _truth(missing, np.ones_like(missing))


@dataclass(frozen=True)
class Undecided:
    """IS NULL of a condition: true where the condition is unknown."""

    condition: Condition

    def truth(self, columns: Columns) -> Truth:
        """Return whether the condition is unknown."""
        unknown = self.condition.truth(columns) == _UNKNOWN
        return _truth(unknown, np.ones_like(unknown))


@dataclass(frozen=True)
class Constant:
    """TRUE (1), FALSE (-1) or NULL (0) written in the rule."""

    value: int

    def truth(self, columns: Columns) -> Truth:
        """Return the constant itself."""
        del columns
        return np.asarray(self.value, dtype=np.int8)


@dataclass(frozen=True)
class Negation:
    """NOT: unknown stays unknown."""

    condition: Condition

    def truth(self, columns: Columns) -> Truth:
        """Return the opposite."""
        return np.negative(self.condition.truth(columns))


@dataclass(frozen=True)
class AllOf:
    """AND: false where a part is false, else unknown where a part is unknown."""

    parts: tuple[Condition, ...]

    def truth(self, columns: Columns) -> Truth:
        """Return whether every part is true."""
        return reduce(np.minimum, (part.truth(columns) for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    """OR: true where a part is true, else unknown where a part is unknown."""

    parts: tuple[Condition, ...]

    def truth(self, columns: Columns) -> Truth:
        """Return whether some part is true."""
        return reduce(np.maximum, (part.truth(columns) for part in self.parts))


def named_in(part: Condition | Number) -> tuple[str, ...]:
    """Return the names a part of a rule reads, each once, sorted."""
    return tuple(sorted(set(_names(part))))


def _names(part: object) -> Iterator[str]:
    if isinstance(part, Named):
        yield part.name
    elif isinstance(part, tuple):
        for item in part:
            yield from _names(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _names(getattr(part, field.name))


@dataclass(frozen=True)
class _Known:
    """A number already computed, so that IN computes it once."""

    computed: FloatArray

    def values(self, columns: Columns) -> FloatArray:
        del columns
        return self.computed


def _truth(holds: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> Truth:
    return np.where(known, np.where(holds, _TRUE, _FALSE), _UNKNOWN)
