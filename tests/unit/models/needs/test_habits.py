"""What customers usually buy, and what the market adds: figures small enough to be checked by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY
from models.needs import CategoryDays, Habits, Market
from models.needs.habits import OF_CUSTOMER, OF_PAIR
from models.needs.market import OF_MARKET

Lines = Callable[..., pa.Table]
NAMES = ("oil", "tea")


def habits(table: pa.Table, day: int = 100) -> Habits:
    return Habits.of(CategoryDays.of(table, NAMES), day * DAY)


def pair(found: Habits, name: str) -> list[list[float]]:
    return [[float(value) for value in row] for row in found.of_pair[:, :, OF_PAIR.index(name)]]


def test_a_category_bought_thrice_has_a_rhythm(lines: Lines) -> None:
    found = habits(lines(("a", "tea", 60), ("a", "tea", 70), ("a", "tea", 90), ("a", "oil", 95)))

    assert pair(found, "category_days") == [[1, 3]]
    assert pair(found, "category_days_since_last") == [[5, 10]]
    assert pair(found, "category_days_since_first") == [[5, 40]]
    assert pair(found, "category_gap_mean_days")[0][1] == 15
    assert pair(found, "category_recency_over_gap")[0][1] == pytest.approx(10 / 15)
    assert np.isnan(pair(found, "category_gap_mean_days")[0][0])


def test_a_category_never_bought_is_zero_often_and_of_no_age(lines: Lines) -> None:
    found = habits(lines(("a", "tea", 60), ("a", "tea", 70)))

    assert pair(found, "category_days")[0][0] == pair(found, "category_share_of_days")[0][0] == 0
    assert np.isnan(pair(found, "category_days_since_last")[0][0])
    assert found.bought.tolist() == [[False, True]]


def test_only_who_bought_lately_is_asked_about(lines: Lines) -> None:
    found = habits(lines(("gone", "tea", 39), ("here", "tea", 40)))

    assert found.ids.to_pylist() == ["here"]


def test_a_customer_is_told_by_all_purchase_days(lines: Lines) -> None:
    found = habits(lines(("a", "tea", 10), ("a", None, 80), ("a", "oil", 99), ("a", "tea", 99)))

    told = dict(zip(OF_CUSTOMER, found.of_customer[0].tolist(), strict=True))
    assert told == {
        "purchase_days": 3,
        "purchase_days_28d": 2,
        "purchase_days_84d": 2,
        "purchases_days_since_last": 1,
        "purchases_days_since_first": 90,
        "categories_bought": 2,
    }


def test_popularity_is_a_share_of_customers_not_of_lines(lines: Lines) -> None:
    table = lines(("a", "tea", 99), ("a", "tea", 98), ("b", "tea", 60), ("b", "oil", 95), ("c", "oil", 50), ("c", "oil", 99))

    market = Market.of([habits(table)])

    assert market.popularity_28d.tolist() == pytest.approx([2 / 3, 1 / 3], abs=1e-4)
    assert market.popularity_84d.tolist() == pytest.approx([2 / 3, 2 / 3], abs=1e-4)
    assert market.together.tolist() == pytest.approx(np.array([[0, 0.5], [0.5, 0]]))


def test_what_others_buy_together_speaks_for_a_category_never_bought(lines: Lines) -> None:
    others = [(name, category, 90) for name in "abcdef" for category in NAMES]
    found = habits(lines(*others, ("z", "tea", 99)))

    together = Market.of([found]).features(found)[-1, :, OF_MARKET.index("bought_together")]

    assert together[0] > together[1] == 0


@given(parts=st.lists(st.integers(0, 5), min_size=2, max_size=12))
def test_a_market_counted_in_parts_is_the_market_counted_at_once(parts: Sequence[int]) -> None:
    random = np.random.default_rng(list(parts))
    whole = Habits(
        pa.array([f"c{place}" for place in range(len(parts))]),
        NAMES,
        random.integers(0, 40, (len(parts), 2, len(OF_PAIR))).astype(np.float32),
        np.zeros((len(parts), len(OF_CUSTOMER)), np.float32),
    )
    groups = [whole.of_some(np.array(parts) == number) for number in range(6)]

    at_once, in_parts = Market.of([whole]), Market.of(groups)

    np.testing.assert_array_equal(at_once.together, in_parts.together)
    np.testing.assert_array_equal(at_once.popularity_28d, in_parts.popularity_28d)
