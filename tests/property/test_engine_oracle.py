"""Every cell agrees with a row-by-row reading of the declarations that shares nothing with the compiler and the kernel.

Cells are compared after rounding to float32, and are equal. Only decayed measures and the entropy may be a step of float32 apart:
they add numbers that are no exact doubles in another order, so the doubles that are rounded may differ in their last bits.
"""

from __future__ import annotations

import math
import struct

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import Catalogue, catalogue_of
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES, Kind
from features.definitions.vocabulary import Vocabulary
from features.engine.compute import compute_customer
from features.language.arithmetic import Arithmetic, greatest, least
from features.language.expressions import TextCode
from features.language.feature import Feature
from features.language.formulas import Aggregate, Measure, Rows
from features.language.profile import Contains, Size
from features.log.versions import merge_versions
from features.times import DAY, HOUR, SECOND, parse_time

AS_OF = parse_time("2024-03-01")  # the day before it is a leap day
AS_OFS = (AS_OF - 365 * DAY, AS_OF - 7 * DAY, AS_OF - 90 * 60 * SECOND, AS_OF, AS_OF + 1, AS_OF + DAY)
EDGES = (0, 1, 1, 7, 7, 8, 14, 28, 30, 31, 37, 60, 67, 90, 180, 210, 365, 372)
ROUNDED = (Measure.DECAYED, Measure.DECAYED_DAYS, Measure.DECAYED_SUM, Measure.ENTROPY)
STEP, NOTHING = 2.0**-22, 1e-10
CATALOGUE = catalogue_of(Vocabulary(("a",), (("a", 7), ("b", 90)), ("phone",)))


def moment(random):
    """Mostly the edge of some window, or a microsecond beside it."""
    if random.random() < 0.6:
        return random.choice(AS_OFS) - random.choice(EDGES) * DAY + random.choice((0, 0, 0, 1, -1))
    return AS_OF - random.randint(-30, 24 * random.choice((3, 40, 400))) * HOUR


def cell(random, column, time):
    """A value of a column in a row of this time."""
    if not column.required and random.random() < 0.2:
        return None
    if column.kind is Kind.TIME:
        later = time + random.choice((-DAY, 0, HOUR, DAY, 3 * DAY))
        return random.choice((later, later, AS_OF, AS_OF - 7 * DAY, AS_OF + 40 * DAY))
    if column.kind is Kind.TEXTS:
        return random.choice(([], ["phone"], ["email", "phone"], ["email"]))
    numbers = (0.0, -0.0, 1.0, 2.5, 0.1, 310.0, -3.0)
    return random.choice(
        {Kind.TEXT: column.choices or ("a", "b", "c"), Kind.NUMBER: numbers, Kind.FLAG: (True, False)}[column.kind]
    )


def rows_of(random, source, most):
    """Versions of some ids, each (id, known_at) once, some known at the very moment asked for."""
    versions = {}
    for _ in range(random.randint(0, most)):
        time = moment(random)
        lag = random.choice((-DAY, 0, 0, 0, 1, HOUR, DAY, 40 * DAY))
        known_at = random.choice((*AS_OFS, *[time + lag] * 12))
        row = {column.name: cell(random, column, time) for column in source.columns if column.name != source.time}
        row |= {source.time: time, "known_at": known_at, "customer_id": "c1"}
        row.setdefault(source.key, f"k{random.randint(1, most)}")
        versions[row[source.key], known_at] = row
    return list(versions.values())


def stored(source, rows):
    """The rows as the log holds them, all but the first delivered twice."""
    schema = delivered_schema(source)
    arriving = pa.Table.from_pylist([*rows[1:], *rows], schema)
    return merge_versions(source, schema.empty_table(), arriving=arriving, observed_until=None).rows


def columns_of(rows, *kinds):
    named = [column for column in SOURCES[rows.source].columns if column.kind in kinds and column.name != "display_name"]
    return [rows[column.name] for column in named]


def condition(random, rows, depth=2):
    """A condition on the rows of a source, NULL for some of them."""
    if depth and random.random() < 0.5:
        left, right = condition(random, rows, depth - 1), condition(random, rows, depth - 1)
        return random.choice((left & right, left | right, ~left))
    column = random.choice(columns_of(rows, Kind.TIME, Kind.TEXT, Kind.NUMBER, Kind.FLAG))
    found = {
        Kind.TIME: lambda: column.within(hours=24),
        Kind.TEXT: lambda: column.is_in(*(column.declared.choices or ("a", "z"))[:2]),
        Kind.NUMBER: lambda: random.choice((column >= 1, column > 1, column < 2.5, column.equals(0.0))),
        Kind.FLAG: lambda: column,
    }[column.kind]()
    return random.choice((found, found, column.known(), rows.after_joining(days=7), rows.after_joining()))


def number_of(random, rows):
    """A number, a flag, or what counts as one, of a row."""
    lists = [each for texts in columns_of(rows, Kind.TEXTS) for each in (Size(texts), Contains(texts, "phone"))]
    codes = [TextCode(text) for text in columns_of(rows, Kind.TEXT)]
    times = [time.seconds_since(rows.time) for time in columns_of(rows, Kind.TIME)]
    plain = columns_of(rows, Kind.NUMBER, Kind.FLAG)
    return random.choice([*plain, *plain, *plain, *lists, *codes, *times])


def measure_of(random, rows):
    """A measure of the rows by any operator of the language."""
    chosen = {"where": condition(random, rows) if random.random() < 0.4 else None}
    window = chosen | {"days": random.choice((None, 1, 7, 30, 400))}
    skipping = window | {"skip": random.choice((0, 1, 7, 30))}
    number, half_life = number_of(random, rows), random.choice((1, 7, 45))
    text, time = random.choice(columns_of(rows, Kind.TEXT)), random.choice(columns_of(rows, Kind.TIME))
    plain = (rows.weekly_streak, rows.gap_mean, rows.gap_std, rows.recency_over_gap, rows.squared_gaps)
    found = (
        *(operator(**skipping) for operator in (rows.count, rows.distinct_days)),
        *(operator(number, **skipping) for operator in (rows.sum, rows.mean, rows.minimum, rows.maximum)),
        rows.share(condition(random, rows), **skipping),
        rows.last(number, **window),
        *(operator(text, **window) for operator in (rows.distinct, rows.entropy)),
        *(operator(**chosen) for operator in plain),
        *(operator(time, **chosen) for operator in (rows.days_since_last, rows.days_since_first)),
        *(operator(half_life=half_life, **chosen) for operator in (rows.decayed, rows.decayed_days)),
        rows.decayed_sum(number, half_life=half_life, **chosen),
        rows.last_but_one(number, **chosen),
        rows.last_code(text, **chosen),
        rows.weekly_slope(weeks=random.randint(2, 30), **chosen),
    )
    return random.choice(found)


def formula_of(random, names):
    left, right = (measure_of(random, Rows(random.choice(names))) for _ in range(2))
    joined = (left / right, least(left, right) - 2, greatest(left, right) * 0.5, (left > right) + right.known(), left.root())
    return random.choice((left, left, left, random.choice(joined)))


@settings(max_examples=30)
@given(st.randoms())
def test_every_cell_is_what_a_row_by_row_reading_gives(read_cells, random):
    check(CATALOGUE, {name: rows_of(random, source, 6) for name, source in SOURCES.items()}, read_cells)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=25)
@given(st.randoms(use_true_random=True))
def test_every_operator_with_every_window_and_condition_is_read_alike(read_cells, name, random):
    declared = [formula_of(random, [name, "customers"]) for _ in range(30)]
    history = {each: rows_of(random, SOURCES[each], 12) for each in {name, "customers"}}

    check(Catalogue(tuple(Feature(f"f{number}", each, "") for number, each in enumerate(declared))), history, read_cells)


def check(catalogue, history, read_cells):
    computed = compute_customer(catalogue, {name: stored(SOURCES[name], rows) for name, rows in history.items()}, AS_OFS)

    for row, as_of in zip(computed.tolist(), AS_OFS, strict=True):
        read = read_cells([feature.formula for feature in catalogue.features], history, as_of)
        for feature, found, expected in zip(catalogue.features, row, read, strict=True):
            assert alike(feature.formula, found, expected), f"{feature.canonical} at {as_of}: computed {found}, read {expected}"


def alike(formula, found, expected):
    if math.isnan(found) or math.isnan(expected):
        return math.isnan(found) and math.isnan(expected)
    if is_rounded(formula):
        return math.isclose(found, single(expected), rel_tol=STEP, abs_tol=NOTHING)
    return struct.pack("f", found) == struct.pack("f", single(expected))


def single(number):
    """The number in float32; -0.0 is 0.0, and what is too great is infinite."""
    try:
        return struct.unpack("f", struct.pack("f", number + 0.0))[0]
    except OverflowError:
        return math.copysign(math.inf, number)


def is_rounded(formula):
    if isinstance(formula, Arithmetic):
        return is_rounded(formula.left) or is_rounded(formula.right)
    return isinstance(formula, Aggregate) and formula.measure in ROUNDED
