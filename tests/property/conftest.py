"""What is a feature by its declaration alone: read row by row in plain Python, sharing nothing with the compiler and the kernel.

A history is a list of delivered rows by source, of one customer. NULL is None in a row, and NaN in what comes of rows.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import count, pairwise
from operator import eq, ge, gt
from typing import TypeAlias

import pytest

from features.contracts.sources import SOURCES, Kind
from features.language.arithmetic import Arithmetic, Constant
from features.language.expressions import Column, Compared, Known, Later, Logic, Midnight, Not, SecondsBetween, TextCode
from features.language.formulas import Aggregate, Measure
from features.language.profile import Contains, Joined, Size
from features.times import DAY, SECOND

ReadCell: TypeAlias = Callable[..., float]
_ON_DAYS = (Measure.DAYS, Measure.DECAYED_DAYS)
_OF_TIMES = (Measure.COUNT, Measure.DECAYED, Measure.WEEKLY_STREAK, Measure.WEEKLY_SLOPE)


@pytest.fixture(scope="session")
def read_cells():
    """Read formulas at a moment: `read_cells(formulas, history, as_of)`."""

    def read(formulas, history, as_of):
        seen = {name: visible(SOURCES[name], rows, as_of) for name, rows in history.items()}
        joined = [value(Column("customers", "joined_at"), row, as_of) for row in seen["customers"]]
        seen = {name: [{**row, "joined": joined[-1] if joined else None} for row in rows] for name, rows in seen.items()}
        return [float(calculated(each, seen, as_of)) for each in formulas]

    return read


def visible(source, rows, as_of):
    """The newest version of each id known before the moment, if it happened before it, in storage order."""
    newest = {}
    for row in sorted(rows, key=lambda row: row["known_at"]):
        if row["known_at"] < as_of:
            newest[row[source.key]] = row
    past = [row for row in newest.values() if row[source.time] < as_of]
    return sorted(past, key=lambda row: (row[source.time], row[source.key]))


def calculated(formula, seen, as_of):
    match formula:
        case Constant(number):
            return number
        case Arithmetic("root", left, _):
            radicand = calculated(left, seen, as_of)
            return math.sqrt(0.0 if radicand < 0 else radicand)
        case Arithmetic(operator, left, right):
            return arithmetic(operator, calculated(left, seen, as_of), calculated(right, seen, as_of))
        case Aggregate():
            time, end = SOURCES[formula.source].time, as_of - formula.skip * DAY
            begin = -math.inf if formula.days is None else end - formula.days * DAY
            rows = [row for row in seen[formula.source] if begin <= row[time] < end]
            rows = [row for row in rows if formula.where is None or value(formula.where, row, as_of) is True]
            found = [(row[time], None if formula.value is None else value(formula.value, row, as_of)) for row in rows]
            return measured(formula, found, as_of)


def arithmetic(operator, x, y):
    if operator == "known":
        return float(not math.isnan(x))
    if math.isnan(x) or math.isnan(y):
        return math.nan
    if operator == "/":
        return x / y if y else math.nan
    return {"+": x + y, "-": x - y, "*": x * y, ">": float(x > y), "least": min(x, y), "greatest": max(x, y)}[operator]


def measured(formula, found, as_of):
    """A measure of the selected rows, given as (event time, value)."""
    times, known = [time for time, _ in found], [one for _, one in found if one is not None]
    if formula.measure in _ON_DAYS:
        return of_days(formula, sorted(set(known)), as_of)
    if formula.measure in _OF_TIMES:
        return of_ages(formula, [as_of - time for time in times])
    match formula.measure:
        case Measure.SUM:
            return added(known) if known or not found else math.nan
        case Measure.MEAN:
            return added(known) / len(known) if known else math.nan
        case Measure.MINIMUM:
            return min(known, default=math.nan)
        case Measure.MAXIMUM:
            return max(known, default=math.nan)
        case Measure.LAST:
            return known[-1] if known else math.nan
        case Measure.LAST_BUT_ONE:
            return known[-2] if len(known) > 1 else math.nan
        case Measure.AGE_OF_LAST:
            return (as_of - known[-1]) / DAY if known else math.nan
        case Measure.AGE_OF_FIRST:
            return (as_of - known[0]) / DAY if known else math.nan
        case Measure.DISTINCT:
            return len(set(known))
        case Measure.SQUARED_GAPS:
            return added(((later - earlier) / DAY) ** 2 for earlier, later in pairwise(known)) if known else math.nan
        case Measure.ENTROPY:
            shares = [count / len(known) for count in Counter(known).values()]
            return -sum(share * math.log2(share) for share in shares) if known else math.nan
        case Measure.DECAYED_SUM:
            faded = [one * 0.5 ** ((as_of - time) / DAY / formula.number) for time, one in found if one is not None]
            return added(faded) if faded or not found else math.nan


def added(numbers):
    """Add one after the other, oldest first, as the declaration says; `sum` of newer Pythons corrects its rounding."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def of_ages(formula, ages):
    match formula.measure:
        case Measure.COUNT:
            return len(ages)
        case Measure.DECAYED:
            return sum(0.5 ** (age / DAY / formula.number) for age in ages)
        case Measure.WEEKLY_STREAK:
            weeks = {(age - 1) // (7 * DAY) for age in ages}
            return next(week for week in count() if week not in weeks)
        case Measure.WEEKLY_SLOPE:
            size = int(formula.number)
            counts = [sum(week * 7 * DAY < age <= (week + 1) * 7 * DAY for age in ages) for week in range(size)]
            middle, mean = Fraction(size - 1, 2), Fraction(sum(counts), size)
            rising = sum((middle - week) * (found - mean) for week, found in enumerate(counts))
            return float(rising / sum((week - middle) ** 2 for week in range(size)))


def of_days(formula, days, as_of):
    if formula.measure is Measure.DAYS:
        return len(days)
    return sum(0.5 ** ((as_of - day) / DAY / formula.number) for day in days)


def value(expression, row, as_of):
    """An expression's value for a row; None is NULL."""
    match expression:
        case Column(name, column):
            source, found = SOURCES[name], row.get(column)
            known = row[column] if source.column(column).kind is Kind.TIME else row.get(source.column(column).known_with, 0)
            return found if known is not None and known < as_of else None
        case Joined():
            return row["joined"]
        case Later(column, by):
            moment = row[column.name]
            return moment + by if moment is not None and moment + by < as_of else None
        case Known(inner):
            return value(inner, row, as_of) is not None
        case Logic(operator, left, right):
            sides = [value(left, row, as_of), value(right, row, as_of)]
            decides = operator == "or"
            return decides if decides in sides else None if None in sides else not decides
        case SecondsBetween(later, earlier):
            sides = value(later, row, as_of), value(earlier, row, as_of)
            return None if None in sides else (sides[0] - sides[1]) / SECOND
        case Not(inner) | Midnight(inner) | Compared(inner, _, _) | TextCode(inner) | Size(inner) | Contains(inner, _):
            found = value(inner, row, as_of)
            return None if found is None else one_sided(expression, found)


def one_sided(expression, found):
    match expression:
        case Not():
            return not found
        case Midnight():
            return found - found % DAY
        case Compared(_, operator, constant):
            return {"=": eq, ">": gt, ">=": ge}[operator](found, constant)
        case TextCode():
            return int.from_bytes(hashlib.blake2b(found.encode(), digest_size=8).digest()) >> 44
        case Size():
            return len(found)
        case Contains(_, text):
            return text in found
