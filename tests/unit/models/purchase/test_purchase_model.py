"""The purchase model: the opposite of silence, stored and read again, with the day a purchase is to be expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.examples import Examples
from models.purchase import PurchaseModel, fit_rhythm
from models.rows import WrongColumns


@pytest.fixture(scope="module")
def purchase(examples: Examples, model: ChurnModel) -> PurchaseModel:
    return PurchaseModel(model, fit_rhythm(examples))


def test_a_purchase_is_the_end_of_a_silence(purchase: PurchaseModel, model: ChurnModel, examples: Examples) -> None:
    bought = purchase.predict(examples.rows, names=examples.names)

    np.testing.assert_allclose(bought + model.predict(examples.rows, names=examples.names), 1.0, rtol=0, atol=1e-12)
    assert (np.diff(bought, axis=1) >= -1e-12).all()


def test_the_columns_that_are_served_are_named_by_the_horizon(purchase: PurchaseModel, examples: Examples) -> None:
    columns = purchase.score(examples.rows, names=examples.names)

    assert [*columns] == ["purchase_30", "purchase_60", "purchase_90", "purchase_expected_days"]
    assert all(column.dtype == np.float64 and len(column) == len(examples.rows) for column in columns.values())


def test_a_purchase_less_likely_than_not_has_no_expected_day(purchase: PurchaseModel, examples: Examples) -> None:
    columns = purchase.score(examples.rows, names=examples.names)

    unlikely = columns["purchase_90"] < 0.5
    assert 0 < unlikely.sum() < len(unlikely)
    np.testing.assert_array_equal(np.isnan(columns["purchase_expected_days"]), unlikely)


def test_the_expected_day_lies_before_the_first_horizon_that_is_likelier_than_not(
    purchase: PurchaseModel, examples: Examples
) -> None:
    columns = purchase.score(examples.rows, names=examples.names)

    soon = columns["purchase_30"] >= 0.5
    assert (columns["purchase_expected_days"][soon] <= 30).all()
    assert (columns["purchase_expected_days"][~soon & (columns["purchase_60"] >= 0.5)] > 29).all()


@pytest.mark.parametrize("with_rhythm", [True, False])
def test_it_answers_the_same_after_a_round_trip(purchase: PurchaseModel, examples: Examples, *, with_rhythm: bool) -> None:
    stored = purchase if with_rhythm else replace(purchase, rhythm=None)

    read = PurchaseModel.from_files(stored.to_files())

    for name, column in stored.score(examples.rows, names=examples.names).items():
        np.testing.assert_array_equal(read.score(examples.rows, names=examples.names)[name], column)


def test_columns_in_another_order_are_refused(purchase: PurchaseModel, examples: Examples) -> None:
    with pytest.raises(WrongColumns):
        purchase.score(examples.rows[:, ::-1], names=examples.names[::-1])


def test_without_second_purchases_no_rhythm_shapes_the_waiting(
    examples: Examples, make_recipe: Callable[..., ChurnRecipe]
) -> None:
    once = examples.rows.copy()
    once[:, 0] = 1
    lonely = replace(examples, rows=once)

    silence = fit_churn(lonely, recipe=make_recipe("logistic"), seed=0)

    assert fit_rhythm(lonely) is None
    assert "purchase_expected_days" in PurchaseModel(silence, None).score(once, names=examples.names)
