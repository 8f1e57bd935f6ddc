"""How does a condition read in words of a rule: its text again, and which parts of it hold for one customer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from features.rules.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Columns,
    Comparison,
    Condition,
    Constant,
    Literal,
    Membership,
    Missing,
    Named,
    Negation,
    Number,
    Undecided,
)

_CONSTANTS = {1: "TRUE", 0: "NULL", -1: "FALSE"}
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
_TIGHTEST = 3
_MINUS = Literal(-0.0)


@dataclass(frozen=True)
class Part:
    """A smallest part of a condition, and for which rows of a table it makes the whole true."""

    condition: Condition
    holds: npt.NDArray[np.bool_]


def holding_parts(condition: Condition, columns: Columns) -> list[Condition]:
    """Return the smallest parts that make a condition true for one customer: of alternatives those that hold, of AND every part.

    `columns` are those of a table of one row. A condition that does not hold has none.
    """
    return [part.condition for part in parts_of(condition, columns, rows=1) if part.holds[0]]


def parts_of(condition: Condition, columns: Columns, *, rows: int) -> list[Part]:
    """Return the smallest parts of a condition, each with the rows of a table for which it makes the condition true."""
    with np.errstate(all="ignore"):
        return list(_parts(condition, columns, np.ones(rows, bool)))


def _parts(condition: Condition, columns: Columns, within: npt.NDArray[np.bool_]) -> Iterator[Part]:
    holds = within & (condition.truth(columns) == 1)
    if isinstance(condition, (AllOf, AnyOf)):
        for one in condition.parts:
            yield from _parts(one, columns, holds)
    else:
        yield Part(condition, holds)


@singledispatch
def worded(part: object) -> str:
    """Return the text of a part of a rule; read again, it means the same."""
    raise TypeError(f"needed a part of a rule, found {type(part).__name__}")


@worded.register
def _(part: Literal) -> str:
    return "NULL" if math.isnan(part.value) else repr(part.value).removesuffix(".0")


@worded.register
def _(part: Named) -> str:
    return part.name


@worded.register
def _(part: Constant) -> str:
    return _CONSTANTS[part.value]


@worded.register
def _(part: Arithmetic) -> str:
    binds = _BINDING[part.operator]
    if part.operator == "-" and part.left == _MINUS:
        return f"-{_term(part.right, _TIGHTEST)}"
    return f"{_term(part.left, binds)} {part.operator} {_term(part.right, binds + 1)}"


@worded.register
def _(part: Comparison) -> str:
    return f"{worded(part.left)} {part.operator} {worded(part.right)}"


@worded.register
def _(part: Membership) -> str:
    return f"{_term(part.value, _TIGHTEST)} IN ({', '.join(worded(member) for member in part.members)})"


@worded.register
def _(part: Missing) -> str:
    return f"{_term(part.value, _TIGHTEST)} IS NULL"


@worded.register
def _(part: Undecided) -> str:
    return f"({worded(part.condition)}) IS NULL"


@worded.register
def _(part: Negation) -> str:
    if isinstance(part.condition, Missing):
        return f"{_term(part.condition.value, _TIGHTEST)} IS NOT NULL"
    return f"NOT ({worded(part.condition)})"


@worded.register
def _(part: AllOf) -> str:
    return " AND ".join(_part(one) for one in part.parts)


@worded.register
def _(part: AnyOf) -> str:
    return " OR ".join(_part(one) for one in part.parts)


def _part(part: Condition) -> str:
    return f"({worded(part)})" if isinstance(part, (AllOf, AnyOf)) else worded(part)


def _term(part: Number, binds: int) -> str:
    """Return a number's text beside an operator that binds so tightly, in parentheses where it would fall apart."""
    loose = isinstance(part, Arithmetic) and _BINDING[part.operator] < binds
    return f"({worded(part)})" if loose else worded(part)
