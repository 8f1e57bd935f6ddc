"""How is a feature written down: rows of a source, conditions on them, a measure over a window; `arithmetic` joins measures.

>>> tickets = Rows("tickets")
>>> print(tickets.count(days=30, where=tickets["complaint"]))
count of tickets where complaint, 30 days
>>> print(tickets.share(tickets["contacts"].equals(1), where=tickets["resolved_at"].known(), days=365))
mean of (contacts = 1) over tickets where known(resolved_at), 365 days

An author never sees `as_of`: windows end at it, and every value is NULL until the moment it became known. A condition that is
NULL selects no row. `days=None` means everything before `as_of`; `skip` ends the window so many days before it:
`[as_of - skip - days, as_of - skip)`. What became known in the skipped days counts: the window is older, the knowledge is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from features.contracts.sources import SOURCES, Kind
from features.language.arithmetic import Formula
from features.language.expressions import BadDeclaration, Column, Expression, Midnight, TextCode, plain
from features.language.profile import Joined
from features.times import DAY, SECOND


class Measure(StrEnum):
    """What is taken of the selected rows. What each is for no row is said at the method of `Rows` that builds it."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    LAST = "last"
    LAST_BUT_ONE = "last but one"
    AGE_OF_LAST = "days since last"
    AGE_OF_FIRST = "days since first"
    DISTINCT = "distinct"
    DAYS = "distinct days"
    SQUARED_GAPS = "squared gaps in days"
    DECAYED = "decayed count"
    DECAYED_DAYS = "decayed count of days"
    DECAYED_SUM = "decayed sum"
    WEEKLY_SLOPE = "weekly slope"
    WEEKLY_STREAK = "weekly streak"
    ENTROPY = "entropy"


_WITH_HALF_LIFE = (Measure.DECAYED, Measure.DECAYED_DAYS, Measure.DECAYED_SUM)


@dataclass(frozen=True)
class Aggregate(Formula):
    """A measure over the rows of one source that satisfy `where`, in `[as_of - skip - days, as_of - skip)`.

    `number` is the half-life in days of a decayed count or sum, and the number of weeks of a slope.
    """

    measure: Measure
    source: str
    where: Expression | None = None
    value: Expression | None = None
    days: int | None = None
    number: float = 0.0
    skip: int = 0

    def __post_init__(self) -> None:
        if self.days is not None and self.days < 1:
            raise BadDeclaration(f"a window needed at least one day, found {self.days}; leave it out for the whole past")
        if self.skip < 0:
            raise BadDeclaration(f"a window can only end at or before the moment, found one that skips {self.skip} days")
        for expression in (self.where, self.value):
            if expression is not None and expression.sources() != {self.source}:
                raise BadDeclaration(f"needed columns of {self.source} only, found {expression} of {expression.sources()}")
        if self.measure in _WITH_HALF_LIFE and self.number < 1:
            raise BadDeclaration(f"a half-life needed at least one day, found {plain(self.number)}")
        if self.where is not None and self.where.kind is not Kind.FLAG:
            raise BadDeclaration(f"`where` needed a condition, found {self.where}, which is a {self.where.kind}")

    def __str__(self) -> str:
        value = f" of {self.value} over" if self.value is not None else " of"
        where = f" where {self.where}" if self.where is not None else ""
        number = f" by {plain(self.number)}" if self.number else ""
        days = f", {self.days} days" if self.days is not None else ""
        skip = f", {self.skip} days before" if self.skip else ""
        return f"{self.measure}{value} {self.source}{where}{number}{days}{skip}"


Condition: TypeAlias = Expression
"""An expression that is true, false or NULL for a row."""


@dataclass(frozen=True)
class Rows:
    """The visible rows of one source, to be measured."""

    source: str

    def __getitem__(self, name: str) -> Column:
        return Column(self.source, name)

    @property
    def time(self) -> Column:
        """Return the column of the event time, which orders the rows."""
        return self[SOURCES[self.source].time]

    def after_joining(self, *, days: int | None = None) -> Condition:
        """Ask whether the row happened since the customer joined, in `[joined_at, joined_at + days)`; NULL for a prospect."""
        since = self.time.seconds_since(Joined(self.source))
        return since >= 0 if days is None else (since >= 0) & (since < days * DAY / SECOND)

    def count(self, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Count the selected rows; 0 for none."""
        return Aggregate(Measure.COUNT, self.source, where, days=days, skip=skip)

    def sum(self, value: Expression, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Add the known values; 0 where no row is selected, NaN where rows are but not one value is known."""
        return Aggregate(Measure.SUM, self.source, where, _number(value), days, skip=skip)

    def mean(self, value: Expression, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Average the known values; NaN for none."""
        return Aggregate(Measure.MEAN, self.source, where, _number(value), days, skip=skip)

    def share(self, condition: Condition, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Of the selected rows for which the condition is known: the share for which it is true; NaN for none."""
        return Aggregate(Measure.MEAN, self.source, where, condition, days, skip=skip)

    def minimum(self, value: Expression, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Take the smallest known value; NaN for none."""
        return Aggregate(Measure.MINIMUM, self.source, where, _number(value), days, skip=skip)

    def maximum(self, value: Expression, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Take the greatest known value; NaN for none."""
        return Aggregate(Measure.MAXIMUM, self.source, where, _number(value), days, skip=skip)

    def last(self, value: Expression, *, days: int | None = None, where: Condition | None = None) -> Formula:
        """Take the newest known value; NaN for none. Of rows at the same time the last in storage order counts."""
        return Aggregate(Measure.LAST, self.source, where, _number(value), days)

    def last_but_one(self, value: Expression, *, where: Condition | None = None) -> Formula:
        """Take the known value before the newest one; NaN for fewer than two."""
        return Aggregate(Measure.LAST_BUT_ONE, self.source, where, _number(value))

    def last_code(self, column: Column, *, where: Condition | None = None) -> Formula:
        """Take the stable 20-bit code of the newest known text, a category and no quantity; NaN for none. See `TextCode`."""
        return Aggregate(Measure.LAST, self.source, where, TextCode(column))

    def days_since_last(self, moment: Expression | None = None, *, where: Condition | None = None) -> Formula:
        """Days from `moment` (the event time) of the newest selected row where it is known, to `as_of`; NaN for none."""
        return Aggregate(Measure.AGE_OF_LAST, self.source, where, _moment(moment or self.time))

    def days_since_first(self, moment: Expression | None = None, *, where: Condition | None = None) -> Formula:
        """Days from `moment` (the event time) of the oldest selected row where it is known, to `as_of`; NaN for none."""
        return Aggregate(Measure.AGE_OF_FIRST, self.source, where, _moment(moment or self.time))

    def distinct(self, column: Column, *, days: int | None = None, where: Condition | None = None) -> Formula:
        """Count the distinct known values of a text column; 0 for none."""
        return Aggregate(Measure.DISTINCT, self.source, where, _text(column), days)

    def entropy(self, column: Column, *, days: int | None = None, where: Condition | None = None) -> Formula:
        """Shannon entropy, in bits, of the known values of a text column: 0 if all are alike; NaN for none."""
        return Aggregate(Measure.ENTROPY, self.source, where, _text(column), days)

    def distinct_days(self, *, days: int | None = None, where: Condition | None = None, skip: int = 0) -> Formula:
        """Count the UTC days that have a selected row; 0 for none."""
        return Aggregate(Measure.DAYS, self.source, where, Midnight(self.time), days, skip=skip)

    def squared_gaps(self, *, where: Condition | None = None) -> Formula:
        """Add the squares of the gaps, in days, between successive distinct UTC days; NaN without a row."""
        return Aggregate(Measure.SQUARED_GAPS, self.source, where, Midnight(self.time))

    def decayed(self, *, half_life: int, where: Condition | None = None) -> Formula:
        """Count the selected rows, each weighted `0.5 ** (its age in days / half_life)`; 0 for none."""
        return Aggregate(Measure.DECAYED, self.source, where, self.time, number=half_life)

    def decayed_days(self, *, half_life: int, where: Condition | None = None) -> Formula:
        """Count the distinct UTC days with a selected row, each weighted by its age from its midnight; 0 for none."""
        return Aggregate(Measure.DECAYED_DAYS, self.source, where, Midnight(self.time), number=half_life)

    def decayed_sum(self, value: Expression, *, half_life: int, where: Condition | None = None) -> Formula:
        """Add the known values, each weighted `0.5 ** (its row's age in days / half_life)`; 0 and NaN as in `sum`."""
        return Aggregate(Measure.DECAYED_SUM, self.source, where, _number(value), number=half_life)

    def weekly_slope(self, *, weeks: int, where: Condition | None = None) -> Formula:
        """Least-squares slope of the weekly counts over the last `weeks` weeks, rows a week per week; 0 for none.

        Week 0 is `[as_of - 7 days, as_of)`. Above 0 the customer does it more and more.
        """
        if weeks < 2:
            raise BadDeclaration(f"a slope needed at least 2 weeks, found {weeks}")
        return Aggregate(Measure.WEEKLY_SLOPE, self.source, where, self.time, 7 * weeks, weeks)

    def weekly_streak(self, *, where: Condition | None = None) -> Formula:
        """Count how many weeks in a row, the last being `[as_of - 7 days, as_of)`, have a selected row; 0 if it has none."""
        return Aggregate(Measure.WEEKLY_STREAK, self.source, where)

    def gap_mean(self, *, where: Condition | None = None) -> Formula:
        """Average the days between successive UTC days that have a selected row; NaN for fewer than two such days."""
        day, gaps = Midnight(self.time), self.distinct_days(where=where) - 1
        return (self.days_since_first(day, where=where) - self.days_since_last(day, where=where)) / gaps

    def gap_std(self, *, where: Condition | None = None) -> Formula:
        """Take the standard deviation (n - 1) of those gaps, in days; NaN for fewer than three such days."""
        gaps, mean = self.distinct_days(where=where) - 1, self.gap_mean(where=where)
        return ((self.squared_gaps(where=where) - gaps * mean * mean) / (gaps - 1)).root()

    def recency_over_gap(self, *, where: Condition | None = None) -> Formula:
        """Days since the newest such day began, as a multiple of the average gap; NaN for fewer than two such days."""
        return self.days_since_last(Midnight(self.time), where=where) / self.gap_mean(where=where)


def _number(value: Expression) -> Expression:
    if value.kind not in (Kind.NUMBER, Kind.FLAG):
        raise BadDeclaration(f"needed a number or a flag, found {value}, which is a {value.kind}")
    return value


def _text(column: Column) -> Column:
    if column.kind is not Kind.TEXT:
        raise BadDeclaration(f"needed a text column, found {column}, which is a {column.kind}")
    return column


def _moment(value: Expression) -> Expression:
    if value.kind is not Kind.TIME:
        raise BadDeclaration(f"needed a time, found {value}, which is a {value.kind}")
    return value
