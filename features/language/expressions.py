"""What can be said about one row: its columns, comparisons, three-valued logic; everything NULL until it became known.

>>> opened, answered = Column("tickets", "opened_at"), Column("tickets", "first_response_at")
>>> print(answered.seconds_since(opened) > 300)
(seconds(first_response_at - opened_at) > 300)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

from features.contracts import sources
from features.contracts.sources import SOURCES, Kind
from features.errors import InvalidInput
from features.times import HOUR, Timestamp

_NEVER_FEATURES = {"display_name"}


class BadDeclaration(InvalidInput):
    """A feature declaration that says nothing computable."""


class Expression:
    """A value each row has at a moment, or NULL where it is absent or not yet known then."""

    @property
    def kind(self) -> Kind:
        """Return what the value is: a number, a flag, a text or a time."""
        return Kind.FLAG

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Return the expressions this one is made of."""
        return tuple(part for part in vars(self).values() if isinstance(part, Expression))

    def sources(self) -> set[str]:
        """Return the names of the sources whose rows are spoken of: one, or the declaration is refused."""
        return {name for part in self.parts for name in part.sources()}

    def __gt__(self, number: float) -> Expression:
        return Compared(self, ">", number)

    def __ge__(self, number: float) -> Expression:
        return Compared(self, ">=", number)

    def __lt__(self, number: float) -> Expression:
        return Not(self >= number)

    def __le__(self, number: float) -> Expression:
        return Not(self > number)

    def __and__(self, other: Expression) -> Expression:
        return Logic("and", self, other)

    def __or__(self, other: Expression) -> Expression:
        return Logic("or", self, other)

    def __invert__(self) -> Expression:
        return Not(self)

    def known(self) -> Expression:
        """Ask whether the value stands and had become known; never NULL itself."""
        return Known(self)

    def equals(self, constant: float | str) -> Expression:
        """Ask whether the value is the constant; NULL where it is not known."""
        return Compared(self, "=", constant)

    def is_in(self, *constants: str) -> Expression:
        """Ask whether the value is one of the constants; NULL where it is not known."""
        return reduce(or_, (self.equals(constant) for constant in constants))

    def seconds_since(self, earlier: Expression) -> Expression:
        """Count the seconds from the earlier time to this one; NULL until both are known."""
        return SecondsBetween(self, earlier)


@dataclass(frozen=True)
class Column(Expression):
    """A column of a source, masked as its contract in `features.contracts.sources` says."""

    source: str
    name: str

    def __post_init__(self) -> None:
        usable = {column.name for column in SOURCES[self.source].columns} - _NEVER_FEATURES
        if self.name not in usable:
            raise BadDeclaration(f"needed a column of {self.source} that features may use: {sorted(usable)}; found {self.name!r}")

    @property
    def declared(self) -> sources.Column:
        """Return the contract of the column."""
        return SOURCES[self.source].column(self.name)

    @property
    def kind(self) -> Kind:
        """Return what the column holds."""
        return self.declared.kind

    @property
    def known_with(self) -> str | None:
        """Return the time column at which the value becomes known; None where it is known with its row."""
        if self.name == SOURCES[self.source].time:
            return None
        return self.name if self.kind is Kind.TIME else self.declared.known_with

    def sources(self) -> set[str]:
        """Return the column's own source."""
        return {self.source}

    def within(self, *, hours: int) -> Expression:
        """Ask whether this time came at most so many hours after the event.

        Known at the earlier of the two: this time itself, or the event time plus `hours`.
        """
        event = Column(self.source, SOURCES[self.source].time)
        in_time = self.seconds_since(event) <= hours * 3600
        return in_time & (self.known() | ~Later(event, hours * HOUR).known())

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class TextCode(Expression):
    """A text column's value as a number: the first 20 bits of its BLAKE2b, so the same in every process, bucket and year.

    Two texts share a code with a chance of one in a million: enough for a category of a model, not to tell customers apart.
    """

    column: Column

    def __post_init__(self) -> None:
        _needs(self.column, Kind.TEXT)

    @property
    def kind(self) -> Kind:
        """Return that it is a number."""
        return Kind.NUMBER

    def __str__(self) -> str:
        return f"code({self.column})"


@dataclass(frozen=True)
class Later(Expression):
    """A time column moved ahead; NULL until the moved time itself has passed."""

    column: Column
    by: Timestamp

    def __post_init__(self) -> None:
        _needs(self.column, Kind.TIME)
        if self.by < 0:
            raise BadDeclaration(f"a time can only be moved ahead, found {self.column} moved by {self.by} microseconds")

    @property
    def kind(self) -> Kind:
        """Return that it is a time."""
        return Kind.TIME

    def __str__(self) -> str:
        return f"{self.column} + {plain(self.by / HOUR)} h"


@dataclass(frozen=True)
class Midnight(Expression):
    """The start of the UTC day in which a time lies."""

    moment: Expression

    def __post_init__(self) -> None:
        _needs(self.moment, Kind.TIME)

    @property
    def kind(self) -> Kind:
        """Return that it is a time."""
        return Kind.TIME

    def __str__(self) -> str:
        return f"midnight({self.moment})"


@dataclass(frozen=True)
class SecondsBetween(Expression):
    """Seconds from an earlier time to a later one."""

    later: Expression
    earlier: Expression

    def __post_init__(self) -> None:
        _needs(self.later, Kind.TIME)
        _needs(self.earlier, Kind.TIME)

    @property
    def kind(self) -> Kind:
        """Return that it is a number."""
        return Kind.NUMBER

    def __str__(self) -> str:
        return f"seconds({self.later} - {self.earlier})"


@dataclass(frozen=True)
class Compared(Expression):
    """A value against a constant: `=` for text, numbers and flags, `>` and `>=` for numbers; NULL for NULL."""

    value: Expression
    operator: Literal["=", ">", ">="]
    constant: float | str

    def __post_init__(self) -> None:
        if isinstance(self.constant, str):
            _needs(self.value, Kind.TEXT)
        else:
            _needs(self.value, Kind.NUMBER)
        choices = self.value.declared.choices if isinstance(self.value, Column) else ()
        if choices and self.constant not in choices:
            raise BadDeclaration(f"{self.value} is one of {choices}, never {self.constant!r}")
        if isinstance(self.constant, str) and self.operator != "=":
            raise BadDeclaration(f"text has no order here: {self}")

    def __str__(self) -> str:
        constant = repr(self.constant) if isinstance(self.constant, str) else plain(self.constant)
        return f"({self.value} {self.operator} {constant})"


@dataclass(frozen=True)
class Known(Expression):
    """True where a value stands and had become known, else false."""

    value: Expression

    def __str__(self) -> str:
        return f"known({self.value})"


@dataclass(frozen=True)
class Not(Expression):
    """True for false, false for true, NULL for NULL."""

    condition: Expression

    def __post_init__(self) -> None:
        _needs(self.condition, Kind.FLAG)

    def __str__(self) -> str:
        return f"not {self.condition}"


@dataclass(frozen=True)
class Logic(Expression):
    """SQL's three-valued `and` and `or`: NULL only where the known side does not decide."""

    operator: Literal["and", "or"]
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        _needs(self.left, Kind.FLAG)
        _needs(self.right, Kind.FLAG)

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


def plain(number: float) -> str:
    """Return a number in its shortest exact spelling.

    >>> plain(300.0), plain(0.1234567)
    ('300', '0.1234567')
    """
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _needs(value: Expression, kind: Kind) -> None:
    if value.kind is not kind:
        raise BadDeclaration(f"needed a {kind}, found {value}, which is a {value.kind}")
