"""What a value model answers: foreseen from the rhythm, corrected by trees, less what serving costs, the same after storage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.examples import Examples
from models.rows import WrongColumns
from models.value import (
    NoRhythm,
    TooFewBuyers,
    ValueModel,
    ValueRecipe,
    blended_gain,
    fit_intervals,
    fit_value,
    member_gains,
)
from models.value.recipe import VALUE_PRESET

NAMES = (
    "purchases_days_lifetime", "purchases_days_since_first", "purchases_days_since_last", "purchases_margin_lifetime",
    "purchases_revenue_lifetime", "purchases_margin_365d", "purchases_revenue_365d", "acquisition_cost", "tickets_count_90d",
    "purchases_margin_30d", "purchases_margin_90d",
)  # fmt: skip
FAST = replace(VALUE_PRESET, rounds=20, bag=1)
ALL = (("two_part", 0.4), ("tweedie", 0.2), ("rhythm", 0.4))


def examples(*, customers: int = 1500, cost: float = 0.0, new: float = 0.1) -> Examples:
    """Return customers who buy at rates of their own for baskets of their own, asked about after a year."""
    rng = np.random.default_rng(0)
    rate, basket = rng.gamma(1.0, 0.02, customers), rng.lognormal(3.0, 0.7, customers)
    age, never = rng.uniform(30, 365, customers), rng.random(customers) < new
    days = np.where(never, 0, 1 + rng.poisson(rate * age)).astype(float)
    last = np.where(days > 1, age * (1 - rng.beta(np.maximum(days, 1.0), 1.0)), age)
    money = np.where(never, np.nan, days * basket)
    tickets = rng.poisson(1.0, customers).astype(float)
    rows = np.column_stack([
        days, np.where(never, np.nan, age), np.where(never, np.nan, last), money, money, money, money,
        np.where(rng.random(customers) < 0.5, 20.0, np.nan), tickets,
        money * 30 / np.maximum(age, 30), money * 90 / np.maximum(age, 90),
    ]).astype(np.float32)  # fmt: skip
    brought = [rng.poisson(np.where(never, 0.001, rate) * horizon) * basket for horizon in (30, 90)]
    labels = np.stack(brought, axis=1) - cost * tickets[:, None] * np.array([1.0, 3.0])
    return Examples(rows, NAMES, labels, np.arange(customers, dtype=np.int32), np.zeros(customers, np.int64), "signed")


def recipe(members: tuple[tuple[str, float], ...] = ALL, **given: object) -> ValueRecipe:
    return replace(ValueRecipe(members, (30, 90), 90, preset=FAST), **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def learned() -> ValueModel:
    return fit_value(examples(), recipe=recipe(beyond_days=(180,)), seed=0)


def test_the_total_comes_near_what_came_and_the_order_is_found(learned: ValueModel) -> None:
    given = examples()

    said = learned.predict(given.rows, names=NAMES)[:, 1]

    assert said.sum() == pytest.approx(given.labels[:, 1].sum(), rel=0.15)
    assert np.corrcoef(np.argsort(np.argsort(said)), np.argsort(np.argsort(given.labels[:, 1])))[0, 1] > 0.4


def test_a_longer_horizon_brings_no_less(learned: ValueModel) -> None:
    said = learned.predict(examples().rows, names=NAMES)

    assert (np.diff(said, axis=1) >= -1e-9).all()


def test_beyond_what_was_trained_the_answer_grows_with_the_rhythm_and_says_so(learned: ValueModel) -> None:
    further = replace(learned, recipe=replace(learned.recipe, horizon_days=180))
    rows = examples().rows

    assert set(further.score(rows, names=NAMES)["value_extrapolated"]) == {1.0}
    assert set(learned.score(rows, names=NAMES)["value_extrapolated"]) == {0.0}
    said = further.predict(rows, names=NAMES)
    assert 1.0 < said[:, 2].sum() / said[:, 1].sum() < 2.0


def test_a_stored_model_gives_the_same_answers_and_files(learned: ValueModel) -> None:
    rows = examples().rows
    sure = learned.adjusted(seasons=[1.1, 1.2], intervals=fit_intervals(np.arange(100.0), np.arange(100.0)))

    again = ValueModel.from_files(sure.to_files())

    assert again.to_files() == sure.to_files()
    for name, column in sure.score(rows, names=NAMES).items():
        np.testing.assert_array_equal(again.score(rows, names=NAMES)[name], column)


def test_customers_who_mostly_cost_are_worth_less_than_nothing() -> None:
    given = examples(cost=8.0)
    rows = given.rows.copy()
    rows[:, :3] = [0, np.nan, np.nan]  # never bought
    rows[:, NAMES.index("tickets_count_90d")] = 4

    said = fit_value(given, recipe=recipe(), seed=0).predict(rows, names=NAMES)

    assert (said < 0.0).all()
    assert (said[:, 1] < said[:, 0]).all()


def test_without_repeat_purchases_the_trees_begin_from_the_population() -> None:
    given = examples()
    rows = given.rows.copy()
    rows[:, :3] = np.nan
    silent = replace(given, rows=rows)

    with pytest.raises(NoRhythm, match="use a recipe without `rhythm`"):
        fit_value(silent, recipe=recipe(), seed=0)
    trees = (("two_part", 0.5), ("tweedie", 0.5))
    with pytest.raises(NoRhythm, match="two_part_tweedie_anchored"):
        fit_value(silent, recipe=recipe(trees, anchored=True), seed=0)
    said = fit_value(silent, recipe=recipe(trees), seed=0).predict(rows, names=NAMES)

    assert said[:, 1].sum() == pytest.approx(given.labels[:, 1].sum(), rel=0.3)


def test_who_hardly_anybody_bought_from_is_told_so() -> None:
    given = examples()

    with pytest.raises(TooFewBuyers, match="needed 50 rows of customers who brought something within 30 days, found 0"):
        fit_value(replace(given, labels=np.minimum(given.labels, 0.0)), recipe=recipe(), seed=0)


def test_few_rows_move_the_rhythm_little() -> None:
    few = examples(customers=150, new=0.0)

    gains = member_gains(fit_value(replace(few, labels=few.labels * 3.0), recipe=recipe(), seed=0), few.rows)

    assert gains["tweedie"][:, 1].sum() < 1.5 * gains["rhythm"][:, 1].sum()


def test_an_anchored_blend_keeps_its_order_and_brings_everybody_together_what_the_rhythm_does() -> None:
    given, trees = examples(), (("two_part", 0.5), ("recent", 0.5))
    dear = replace(given, labels=given.labels * 2.0, everyone=given.rows[::2])

    plain, anchored = (fit_value(dear, recipe=recipe(trees, anchored=each), seed=0) for each in (False, True))

    for own, brought in zip(plain.horizons, anchored.horizons, strict=True):
        known = brought.beginning.outlook(given.rows[::2], NAMES).expected
        assert brought.gain(given.rows[::2], NAMES).sum() == pytest.approx(known.sum())
        np.testing.assert_allclose(brought.gain(given.rows, NAMES), brought.level * own.gain(given.rows, NAMES))
        assert brought.level < 0.8
    assert ValueModel.from_files(anchored.to_files()).to_files() == anchored.to_files()


def test_who_bought_nothing_lately_is_worth_half_of_what_the_rhythm_expects() -> None:
    given = examples()
    silent = given.rows.copy()
    silent[:, NAMES.index("purchases_margin_90d")] = -5.0  # refunds of an earlier purchase alone

    gains = member_gains(fit_value(given, recipe=recipe((("rhythm", 0.5), ("recent", 0.5))), seed=0), silent)

    newcomers = np.isnan(silent[:, 1])
    np.testing.assert_allclose(gains["recent"][:, 1], np.where(newcomers, 1.0, 0.5) * gains["rhythm"][:, 1])


def test_one_member_that_says_nothing_leaves_a_blend_at_its_floor() -> None:
    gains = {"a": np.array([0.0]), "b": np.array([100.0])}

    assert blended_gain(gains, [("a", 0.5), ("b", 0.5)], floor=1.0).round(9).tolist() == [10.0]


def test_reordered_columns_are_refused(learned: ValueModel) -> None:
    with pytest.raises(WrongColumns, match="another order"):
        learned.predict(examples().rows, names=NAMES[::-1])


def test_no_cost_of_winning_means_no_clv_to_cac(learned: ValueModel) -> None:
    rows = examples().rows

    ratio = learned.score(rows, names=NAMES)["value_clv_to_cac"]

    np.testing.assert_array_equal(np.isnan(ratio), np.isnan(rows[:, NAMES.index("acquisition_cost")]))
