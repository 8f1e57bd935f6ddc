"""What each operator of the language gives, on histories small enough to be checked by hand."""

from __future__ import annotations

import hashlib
import math

import pyarrow as pa
import pytest

from features.catalogue import Catalogue
from features.engine.compute import compute_customer
from features.language.arithmetic import greatest, least
from features.language.feature import Feature
from features.language.formulas import Rows
from features.times import DAY, HOUR, WEEK, parse_time

AS_OF = parse_time("2026-03-01")
TIME = pa.timestamp("us", "UTC")
usage = Rows("usage")
quantity, feature = usage["quantity"], usage["feature"]


def value(formula, ages, quantities=None, features=None):
    """A formula at AS_OF over uses of these ages in days, oldest first."""
    times = pa.array([AS_OF - round(age * DAY) for age in ages], TIME)
    rows = {"customer_id": pa.array(["c1"] * len(ages)), "occurred_at": times, "known_at": times}
    rows |= {"quantity": pa.array(quantities or [None] * len(ages), pa.float64())}
    rows |= {"feature": pa.array(features or ["a"] * len(ages), pa.string())}
    found = compute_customer(Catalogue((Feature("one", formula, ""),)), {"usage": pa.table(rows)}, [AS_OF])
    return float(found[0, 0])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (usage.count(days=7, skip=7), 2),
        (usage.count(skip=7), 3),
        (usage.count(days=1, skip=100), 0),
        (usage.sum(quantity, days=7, skip=7), 6),
        (usage.mean(quantity, days=7, skip=7), 3),
        (usage.minimum(quantity, days=7, skip=7), 2),
        (usage.maximum(quantity, days=7, skip=7), 4),
        (usage.share(quantity > 3, days=7, skip=7), 0.5),
        (usage.distinct_days(days=7, skip=7), 2),
    ],
)
def test_a_window_that_skips_days_holds_its_own_beginning_and_not_its_end(formula, expected):
    just_outside = 14 + 1e-6

    assert value(formula, [just_outside, 14, 7.5, 7], [1.0, 2.0, 4.0, 8.0]) == expected


def test_extremes_are_of_the_known_values():
    assert value(usage.minimum(quantity), [3, 2, 1], [None, -2.0, 5.0]) == -2
    assert value(usage.maximum(quantity), [3, 2, 1], [-3.0, None, -2.0]) == -2
    assert math.isnan(value(usage.minimum(quantity), [3], [None]))
    assert math.isnan(value(usage.maximum(quantity, days=7), [8], [1.0]))


def test_a_decayed_sum_halves_with_every_half_life():
    assert value(usage.decayed_sum(quantity, half_life=10), [20, 10, 5], [4.0, 6.0, None]) == 4
    assert value(usage.decayed_sum(quantity, half_life=10), []) == 0
    assert math.isnan(value(usage.decayed_sum(quantity, half_life=10), [5], [None]))


@pytest.mark.parametrize(
    ("ages", "weeks"),
    [([], 0), ([7.1], 0), ([7], 1), ([13, 12, 3, 1], 2), ([14, 7], 2), ([14.1, 7], 1), ([30, 13, 3], 2), ([21, 8, 7], 3)],
)
def test_a_streak_ends_with_the_first_week_without_a_use(ages, weeks):
    assert value(usage.weekly_streak(), ages) == weeks


@pytest.mark.parametrize(
    ("features", "bits"), [(["a", "b", "a", "b"], 1), (["a", "a", "a"], 0), (["a", None], 0), (["a", "b", "c", "d"], 2)]
)
def test_entropy_is_in_bits(features, bits):
    assert value(usage.entropy(feature), list(range(len(features), 0, -1)), features=features) == bits


def test_entropy_of_nothing_known_is_missing():
    assert math.isnan(value(usage.entropy(feature), [2], features=[None]))
    assert math.isnan(value(usage.entropy(feature, days=7), [8]))


def test_a_text_has_the_same_code_beside_whatever_other_texts():
    code = int.from_bytes(hashlib.blake2b(b"search", digest_size=8).digest()) >> 44

    assert value(usage.last_code(feature), [1], features=["search"]) == code
    assert value(usage.last_code(feature), [3, 2, 1], features=["export", "search", None]) == code
    assert math.isnan(value(usage.last_code(feature), []))


def test_gaps_are_between_successive_days_however_often_a_day_was_used():
    ages = [10, 10 - HOUR / DAY, 6, 4]

    assert value(usage.gap_mean(), ages) == 3
    assert value(usage.gap_std(), ages) == pytest.approx(math.sqrt(2))
    assert value(usage.recency_over_gap(), ages) == pytest.approx(4 / 3)


def test_too_few_days_have_no_gap():
    assert math.isnan(value(usage.gap_mean(), [3]))
    assert math.isnan(value(usage.gap_std(), [3, 2]))
    assert math.isnan(value(usage.recency_over_gap(), [3, 3]))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (least(usage.count(), 1), 1),
        (greatest(usage.count(), 5), 5),
        (usage.count() > 1, 1),
        (usage.count() > 2, 0),
        (usage.mean(quantity).known(), 0),
        (usage.count().known(), 1),
        (least(usage.mean(quantity), 1), math.nan),
        (usage.mean(quantity) > 1, math.nan),
    ],
)
def test_formulas_compare_what_is_known(formula, expected):
    assert value(formula, [2 * WEEK / DAY, 1]) == pytest.approx(expected, nan_ok=True)
