"""The model of needs: fitted, asked, stored and read again; and who gets which list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from features.times import DAY
from models.bundle.golden import golden_rows
from models.learners.boosting import BoostingPreset
from models.needs import (
    NEEDS_FEATURES,
    CategoryDays,
    Habits,
    Market,
    NeedsExamples,
    NeedsModel,
    TooFewNeeds,
    candidates,
    fit_needs,
    likeliest,
    pair_rows,
)
from models.rows import WrongColumns

NAMES = ("bread", "milk", "oil", "tea")
QUICK = BoostingPreset(leaves=4, rounds=20, bag=1, fewest_rows=20)
Lines = Callable[..., pa.Table]


@pytest.fixture(scope="module")
def habits(lines: Lines) -> Habits:
    """Half of 200 customers buy bread each week, half milk; tea once in a while; oil nobody but the first."""
    random = np.random.default_rng(0)
    weekly = [(f"c{one:03}", NAMES[one % 2], float(day)) for one in range(200) for day in range(30 + one % 7, 100, 7)]
    tea = [(f"c{one:03}", "tea", float(day)) for one in range(200) for day in random.choice(100, 2)]
    return Habits.of(CategoryDays.of(lines(*weekly, *tea, ("c000", "oil", 99.0)), NAMES), 100 * DAY)


@pytest.fixture(scope="module")
def examples(habits: Habits) -> NeedsExamples:
    market = Market.of([habits])
    rows = pair_rows(habits, market)[candidates(habits, market)]
    return NeedsExamples(rows, (rows[:, 0] > 3).astype(np.float64), market, 28)


@pytest.fixture(scope="module")
def needs(examples: NeedsExamples) -> NeedsModel:
    return fit_needs(examples, seed=0, preset=QUICK)


def test_what_is_bought_each_week_is_named_first(needs: NeedsModel, habits: Habits) -> None:
    found = needs.next_categories(habits, most=2)

    assert [found.categories[place] for place in found.places[:4, 0]] == ["bread", "milk", "bread", "milk"]
    assert (np.diff(found.chances, axis=1) <= 0).all()


def test_a_category_never_bought_is_marked_new(needs: NeedsModel, habits: Habits) -> None:
    found = needs.next_categories(habits, most=4)

    named = found.places >= 0
    np.testing.assert_array_equal(found.new[named], ~np.take_along_axis(habits.bought, found.places, axis=1)[named])


def test_of_unpopular_categories_only_the_own_are_weighed(habits: Habits, needs: NeedsModel) -> None:
    market = replace(needs.market, popularity_84d=np.array([0.5, 0.5, 0.0, 0.5]))

    weighed = candidates(habits, market)

    assert weighed[0].tolist() == [True] * 4
    assert weighed[1].tolist() == [True, True, False, True]


def test_a_shorter_list_says_so(habits: Habits, needs: NeedsModel) -> None:
    market = replace(needs.market, popularity_84d=np.zeros(4))

    found = needs.next_categories(habits, market, most=4)

    np.testing.assert_array_equal(found.places < 0, np.isnan(found.chances))
    assert (found.places[:, -1] < 0).sum() >= 199


def test_it_answers_the_same_after_a_round_trip(needs: NeedsModel, habits: Habits) -> None:
    read = NeedsModel.from_files(needs.to_files())

    np.testing.assert_array_equal(read.chances(habits), needs.chances(habits))
    rows = golden_rows(needs.ranges, seed="any")
    np.testing.assert_array_equal(read.predict(rows, names=NEEDS_FEATURES), needs.predict(rows, names=NEEDS_FEATURES))


def test_the_same_examples_and_seed_give_the_same_files(examples: NeedsExamples, needs: NeedsModel) -> None:
    assert fit_needs(examples, seed=0, preset=QUICK).to_files() == needs.to_files()


def test_a_model_holds_no_customer(needs: NeedsModel) -> None:
    assert not any(b"c000" in content for content in needs.to_files().values())


def test_columns_in_another_order_are_refused(needs: NeedsModel, examples: NeedsExamples) -> None:
    with pytest.raises(WrongColumns):
        needs.predict(examples.rows[:, ::-1], names=NEEDS_FEATURES[::-1])


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_labels_of_one_kind_teach_nothing(examples: NeedsExamples, label: float) -> None:
    with pytest.raises(TooFewNeeds, match="needed pairs of customer and category with and without a purchase in 28 days"):
        fit_needs(replace(examples, labels=np.full(len(examples.rows), label)), seed=0, preset=QUICK)


def test_equals_keep_their_order_and_the_unknown_comes_last() -> None:
    assert likeliest(np.array([[np.nan, 1.0, 2.0, 2.0]]), 4).tolist() == [[2, 3, 1, 0]]
