"""Every cell agrees with a row-by-row reading of the declarations that shares nothing with the compiler and the kernel."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from itertools import count, pairwise
from operator import eq, ge, gt

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import Catalogue, catalogue_of
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES, Kind
from features.definitions.vocabulary import Vocabulary
from features.engine.compute import compute_customer
from features.language.arithmetic import Arithmetic, Constant
from features.language.expressions import Column, Compared, Known, Later, Logic, Midnight, Not, SecondsBetween, TextCode
from features.language.feature import Feature
from features.language.formulas import Aggregate, Measure, Rows
from features.language.profile import Contains, Joined, Size
from features.log.versions import merge_versions
from features.times import DAY, HOUR, SECOND, parse_time

AS_OF = parse_time("2024-03-01")  # the day before it is a leap day
AS_OFS = (AS_OF - 365 * DAY, AS_OF - 7 * DAY, AS_OF - 90 * 60 * SECOND, AS_OF, AS_OF + 1, AS_OF + DAY)
EDGES = (0, 7, 14, 28, 30, 37, 90, 180, 210, 365, 372)

customers, tickets, purchases, surveys = Rows("customers"), Rows("tickets"), Rows("purchases"), Rows("surveys")
BEYOND = Catalogue(
    (
        *catalogue_of(Vocabulary(("a",), (("a", 7), ("b", 90)), ("phone",))).features,
        Feature("or_of_unknowns", tickets.count(where=tickets["abandoned"] | tickets["delighted"]), ""),
        Feature("not_of_unknown", tickets.count(where=~tickets["abandoned"], days=90), ""),
        Feature("and_of_unknowns", tickets.share(tickets["abandoned"] & tickets["complaint"]), ""),
        Feature("below", tickets.count(where=tickets["contacts"] < 2), ""),
        Feature("sum_of_masked", tickets.sum(tickets["contacts"], days=365), ""),
        Feature("last_of_masked", tickets.last(tickets["waiting_seconds"], days=90), ""),
        Feature("window_of_distinct", tickets.distinct(tickets["delight_factor"], days=30), ""),
        Feature("first_answer", tickets.days_since_first(tickets["first_response_at"], where=tickets["complaint"]), ""),
        Feature("answered_in_2h", tickets.count(where=~tickets["first_response_at"].within(hours=2)), ""),
        Feature("slope_of_some", purchases.weekly_slope(weeks=4, where=purchases["kind"].equals("order")), ""),
        Feature("decay_of_some", surveys.decayed(half_life=7, where=surveys["score"] >= 5), ""),
        Feature("first_week", surveys.sum(surveys["score"], where=surveys.after_joining(days=7)), ""),
        Feature("before_the_newest", surveys.last_but_one(surveys["comment_sentiment"]), ""),
        Feature("channels", customers.last(Size(customers["consent"])), ""),
        Feature("by_phone", customers.last(Contains(customers["consent"], "phone")), ""),
        Feature("arithmetic", (tickets.count() - 1) * 2 / tickets.count(days=30) + 0.5, ""),
    )
)

ON_DAYS = (Measure.DAYS, Measure.SQUARED_GAPS, Measure.DECAYED_DAYS)
OF_TIMES = (Measure.COUNT, Measure.DECAYED, Measure.WEEKLY_STREAK, Measure.WEEKLY_SLOPE)

moments = st.one_of(
    st.builds(lambda days, at: at - days * DAY, st.sampled_from(EDGES), st.sampled_from(AS_OFS)),
    st.builds(lambda hours: AS_OF - hours * HOUR, st.integers(-30, 24 * 40)),
)
lags = st.sampled_from([-DAY, 0, 0, 1, HOUR, DAY, 40 * DAY])


def values(column, time):
    """Values a column may take in a row of this time."""
    if column.kind is Kind.TIME:
        found = st.sampled_from([time, time + HOUR, time + DAY, time + 3 * DAY, AS_OF, AS_OF - 7 * DAY, AS_OF + 40 * DAY])
    elif column.kind is Kind.TEXTS:
        found = st.sampled_from([[], ["phone"], ["email", "phone"], ["email"]])
    else:
        kinds = {Kind.TEXT: column.choices or ("a", "b"), Kind.NUMBER: (0.0, 1.0, 2.5, 310.0, -3.0), Kind.FLAG: (True, False)}
        found = st.sampled_from(kinds[column.kind])
    return found if column.required else st.none() | found


@st.composite
def rows_of(draw, source):
    """A few versions of a few ids, each (id, known_at) once."""
    versions = {}
    for _ in range(draw(st.integers(0, 6))):
        time = draw(moments)
        row = {column.name: draw(values(column, time)) for column in source.columns if column.name != source.time}
        row |= {source.time: time, "known_at": time + draw(lags), "customer_id": "c1"}
        row.setdefault(source.key, draw(st.sampled_from(["k1", "k2", "k3", "k4"])))
        versions[row[source.key], row["known_at"]] = row
    return list(versions.values())


def stored(source, rows):
    schema = delivered_schema(source)
    return merge_versions(source, schema.empty_table(), arriving=pa.Table.from_pylist(rows, schema), observed_until=None).rows


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({name: rows_of(source) for name, source in SOURCES.items()}))
def test_every_cell_is_what_a_row_by_row_reading_gives(history):
    computed = compute_customer(BEYOND, {name: stored(SOURCES[name], rows) for name, rows in history.items()}, AS_OFS)

    for row, as_of in zip(computed, AS_OFS, strict=True):
        seen = {name: visible(SOURCES[name], rows, as_of) for name, rows in history.items()}
        for cell, feature in zip(row, BEYOND.features, strict=True):
            expected = formula(feature.formula, seen, as_of)
            same = math.isnan(cell) if math.isnan(expected) else math.isclose(cell, expected, rel_tol=1e-6, abs_tol=1e-9)
            assert same, f"{feature.name} at {as_of}: computed {cell}, read {expected}"


def visible(source, rows, as_of):
    """The newest version of each id known before the moment, if it happened before it, in storage order."""
    newest = {}
    for row in sorted(rows, key=lambda row: row["known_at"]):
        if row["known_at"] < as_of:
            newest[row[source.key]] = row
    past = [row for row in newest.values() if row[source.time] < as_of]
    return sorted(past, key=lambda row: (row[source.time], row[source.key]))


def value(expression, row, as_of):
    """An expression's value for a row; None is NULL."""
    match expression:
        case Column(name, column):
            source, found = SOURCES[name], row.get(column)
            known = row[column] if source.column(column).kind is Kind.TIME else row.get(source.column(column).known_with, 0)
            return found if known is not None and known < as_of else None
        case Joined():
            return row["joined"]
        case Size(column):
            found = value(column, row, as_of)
            return None if found is None else len(found)
        case Contains(column, text):
            found = value(column, row, as_of)
            return None if found is None else text in found
        case TextCode(column):
            found = value(column, row, as_of)
            return None if found is None else int.from_bytes(hashlib.blake2b(found.encode(), digest_size=8).digest()) >> 44
        case Later(column, by):
            moment = row[column.name]
            return moment + by if moment is not None and moment + by < as_of else None
        case Known(inner):
            return value(inner, row, as_of) is not None
        case Logic(operator, left, right):
            sides = [value(left, row, as_of), value(right, row, as_of)]
            decides = operator == "or"
            return decides if decides in sides else None if None in sides else not decides
        case Not(inner) | Midnight(inner) | Compared(inner, _, _):
            found = value(inner, row, as_of)
            return None if found is None else one_sided(expression, found)
        case SecondsBetween(later, earlier):
            sides = value(later, row, as_of), value(earlier, row, as_of)
            return None if None in sides else (sides[0] - sides[1]) / SECOND


def one_sided(expression, found):
    match expression:
        case Not():
            return not found
        case Midnight():
            return found - found % DAY
        case Compared(_, operator, constant):
            return {"=": eq, ">": gt, ">=": ge}[operator](found, constant)


def formula(part, seen, as_of):
    match part:
        case Constant(number):
            return number
        case Arithmetic("root", left, _):
            radicand = formula(left, seen, as_of)
            return math.sqrt(0.0 if radicand < 0 else radicand)
        case Arithmetic(operator, left, right):
            return arithmetic(operator, formula(left, seen, as_of), formula(right, seen, as_of))
        case Aggregate():
            time, end = SOURCES[part.source].time, as_of - part.skip * DAY
            begin = -math.inf if part.days is None else end - part.days * DAY
            rows = [row for row in seen[part.source] if begin <= row[time] < end]
            joined = [value(customers["joined_at"], row, as_of) for row in seen["customers"]]
            rows = [{**row, "joined": joined[-1] if joined else None} for row in rows]
            rows = [row for row in rows if part.where is None or value(part.where, row, as_of) is True]
            found = [(row[time], None if part.value is None else value(part.value, row, as_of)) for row in rows]
            return measure(part, found, as_of)


def arithmetic(operator, x, y):
    if operator == "known":
        return float(not math.isnan(x))
    if math.isnan(x) or math.isnan(y):
        return math.nan
    if operator == "/":
        return x / y if y else math.nan
    return {"+": x + y, "-": x - y, "*": x * y, ">": float(x > y), "least": min(x, y), "greatest": max(x, y)}[operator]


def measure(part, found, as_of):
    """A measure of the selected rows, given as (event time, value)."""
    times, values = [time for time, _ in found], [one for _, one in found]
    known = [one for one in values if one is not None]
    if part.measure in ON_DAYS:
        return on_days(part, sorted(set(known)), as_of)
    if part.measure in OF_TIMES:
        return of_times(part, [(as_of - time) / DAY for time in times])
    match part.measure:
        case Measure.SUM:
            return sum(known) if known or not found else math.nan
        case Measure.MEAN:
            return sum(known) / len(known) if known else math.nan
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
        case Measure.ENTROPY:
            shares = [count / len(known) for count in Counter(known).values()]
            return -sum(share * math.log2(share) for share in shares) if known else math.nan
        case Measure.DECAYED_SUM:
            weighted = [one * 0.5 ** ((as_of - time) / DAY / part.number) for time, one in found if one is not None]
            return sum(weighted) if weighted or not found else math.nan


def of_times(part, ages):
    match part.measure:
        case Measure.COUNT:
            return len(ages)
        case Measure.DECAYED:
            return sum(0.5 ** (age / part.number) for age in ages)
        case Measure.WEEKLY_STREAK:
            weeks = {math.ceil(age / 7) for age in ages}
            return next(week for week in count() if week + 1 not in weeks)
        case Measure.WEEKLY_SLOPE:
            weeks = np.arange(part.number)
            counts = [sum(week * 7 < age <= week * 7 + 7 for age in ages) for week in weeks]
            return np.polyfit(-weeks, counts, 1)[0]


def on_days(part, days, as_of):
    match part.measure:
        case Measure.DAYS:
            return len(days)
        case Measure.SQUARED_GAPS:
            return sum(((b - a) / DAY) ** 2 for a, b in pairwise(days)) if days else math.nan
        case Measure.DECAYED_DAYS:
            return sum(0.5 ** ((as_of - day) / DAY / part.number) for day in days)
