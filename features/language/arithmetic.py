"""What can be done with the numbers a customer has at a moment: arithmetic, the smaller or greater, whether there is one."""

from __future__ import annotations

from dataclasses import dataclass

from features.language.expressions import plain

_ONE_SIDED = {"root", "known"}
_BY_NAME = {"least", "greatest"}


class Formula:
    """A number a customer has at a moment: a measure, or arithmetic on measures. NaN in, NaN out."""

    def __add__(self, other: Formula | float) -> Formula:
        return Arithmetic("+", self, _formula(other))

    def __sub__(self, other: Formula | float) -> Formula:
        return Arithmetic("-", self, _formula(other))

    def __mul__(self, other: Formula | float) -> Formula:
        return Arithmetic("*", self, _formula(other))

    def __truediv__(self, other: Formula | float) -> Formula:
        """Divide; NaN where the divisor is 0."""
        return Arithmetic("/", self, _formula(other))

    def __gt__(self, other: Formula | float) -> Formula:
        """1 where this is greater, else 0; NaN where either is missing."""
        return Arithmetic(">", self, _formula(other))

    def root(self) -> Formula:
        """Return the square root; of a number below 0, which only rounding brings about, 0."""
        return Arithmetic("root", self, Constant(0.0))

    def known(self) -> Formula:
        """1 where there is a number, 0 where it is missing; never NaN itself."""
        return Arithmetic("known", self, Constant(0.0))


@dataclass(frozen=True)
class Constant(Formula):
    """A number that is the same for everybody."""

    number: float

    def __str__(self) -> str:
        return plain(self.number)


@dataclass(frozen=True)
class Arithmetic(Formula):
    """One of + - * / > `least` `greatest` on two formulas, or `root` or `known` of the left one."""

    operator: str
    left: Formula
    right: Formula

    def __str__(self) -> str:
        if self.operator in _ONE_SIDED:
            return f"{self.operator}({self.left})"
        if self.operator in _BY_NAME:
            return f"{self.operator}({self.left}, {self.right})"
        return f"({self.left}) {self.operator} ({self.right})"


def least(left: Formula | float, right: Formula | float) -> Formula:
    """Return the smaller of two numbers; NaN where either is missing."""
    return Arithmetic("least", _formula(left), _formula(right))


def greatest(left: Formula | float, right: Formula | float) -> Formula:
    """Return the greater of two numbers; NaN where either is missing."""
    return Arithmetic("greatest", _formula(left), _formula(right))


def _formula(value: Formula | float) -> Formula:
    return value if isinstance(value, Formula) else Constant(float(value))
