"""The churn model's answers: which rows it takes, which way they go, and when they rest on too little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.interval import Tenth, fit_interval
from models.churn.model import rising
from models.examples import Examples
from models.learners.calibration import Calibration
from models.rows import FloatArray, WrongColumns, WrongShape


def test_columns_in_another_order_are_refused(model: ChurnModel, examples: Examples) -> None:
    swapped = [examples.names[1], examples.names[0], *examples.names[2:]]

    with pytest.raises(WrongColumns, match="another order") as refused:
        model.predict(examples.rows[:, [1, 0, 2, 3, 4, 5]], names=swapped)

    assert refused.value.reordered


def test_missing_and_extra_columns_are_named(model: ChurnModel, examples: Examples) -> None:
    with pytest.raises(WrongColumns, match="missing: tickets_open; not wanted: tickets_shut") as refused:
        model.predict(examples.rows, names=[name.replace("tickets_open", "tickets_shut") for name in examples.names])

    assert (refused.value.missing, refused.value.extra) == (("tickets_open",), ("tickets_shut",))


def test_a_matrix_of_another_width_than_its_names_is_refused(model: ChurnModel, examples: Examples) -> None:
    with pytest.raises(WrongShape, match="needed a matrix of 6 columns"):
        model.predict(examples.rows[:, :5], names=examples.names)


def test_a_longer_silence_is_never_likelier(model: ChurnModel, examples: Examples) -> None:
    chances = model.predict(examples.rows, names=examples.names)

    assert chances.shape == (len(examples.rows), 3)
    assert (np.diff(chances, axis=1) <= 1e-12).all()


def test_the_risk_of_a_contract_never_falls_with_the_horizon(examples: Examples, make_recipe: Callable[..., ChurnRecipe]) -> None:
    until = replace(examples, labels=examples.labels[:, ::-1])

    model = fit_churn(until, recipe=make_recipe("boosting", "logistic", definition="contract"), seed=0)

    assert (np.diff(model.predict(until.rows, names=until.names), axis=1) >= -1e-12).all()


def test_an_empty_row_is_flagged_though_trees_would_answer(model: ChurnModel, examples: Examples) -> None:
    rows = examples.rows[:2].copy()
    rows[1] = np.nan

    assert model.rests_on_too_little(rows).tolist() == [False, True]


def test_a_row_emptier_than_any_seen_in_training_is_flagged(model: ChurnModel, examples: Examples) -> None:
    rows = examples.rows[:1].copy()
    rows[0, [3, 4, 5]] = np.nan

    assert model.missing_limit == pytest.approx(1 / 6)
    assert model.rests_on_too_little(rows).all()


def test_the_answer_for_one_customer_does_not_depend_on_the_others(model: ChurnModel, examples: Examples) -> None:
    together = model.predict(examples.rows[:50], names=examples.names)

    alone = [model.predict(row[None], names=examples.names)[0] for row in examples.rows[:50]]

    assert together == pytest.approx(np.array(alone), abs=1e-14)


def test_a_model_becomes_files_and_back_without_a_difference(model: ChurnModel, examples: Examples) -> None:
    again = ChurnModel.from_files(model.to_files())

    assert again.to_files() == model.to_files()
    assert np.array_equal(again.predict(examples.rows, names=examples.names), model.predict(examples.rows, names=examples.names))


def test_a_calibration_put_on_later_moves_its_horizon_only(model: ChurnModel, examples: Examples) -> None:
    moved = model.calibrated({90: Calibration("intercept", intercept=-0.5)})

    before, after = (each.log_odds(examples.rows, names=examples.names) for each in (model, moved))

    assert after[:, 2] == pytest.approx(before[:, 2] - 0.5, abs=0.3)
    assert np.array_equal(moved.horizons[0].raw_log_odds(examples.rows), model.horizons[0].raw_log_odds(examples.rows))


@pytest.fixture(scope="module")
def placed(model: ChurnModel, examples: Examples) -> ChurnModel:
    interval = fit_interval([[Tenth(100, 0.2, 0.25), Tenth(100, 0.6, 0.5)]], horizon_days=90)
    return model.placed(interval, examples.rows)


def test_the_chance_at_the_main_horizon_is_inside_its_interval(placed: ChurnModel, examples: Examples) -> None:
    columns = placed.score(examples.rows, names=examples.names)

    assert (columns["churn_low"] <= columns["churn_90"]).all()
    assert (columns["churn_90"] <= columns["churn_high"]).all()
    assert (columns["churn_high"] > columns["churn_low"]).all()


def test_the_percentile_rises_with_the_chance_and_spans_those_at_risk(placed: ChurnModel, examples: Examples) -> None:
    columns = placed.score(examples.rows, names=examples.names)
    riskiest, safest = np.argmax(columns["churn_90"]), np.argmin(columns["churn_90"])

    assert columns["churn_percentile"][riskiest] > 99 > 1 > columns["churn_percentile"][safest]
    assert columns["churn_percentile"].mean() == pytest.approx(50, abs=2)


def test_a_model_never_placed_serves_chances_alone(model: ChurnModel, examples: Examples) -> None:
    columns = model.score(examples.rows[:2], names=examples.names)

    assert set(columns) == {"churn_30", "churn_60", "churn_90", "churn_rests_on_too_little"}


def test_where_nobody_is_at_risk_there_is_no_percentile(model: ChurnModel, placed: ChurnModel, examples: Examples) -> None:
    assert placed.interval
    alone = model.placed(placed.interval, examples.rows[:0])

    assert np.isnan(alone.score(examples.rows[:3], names=examples.names)["churn_percentile"]).all()


def test_interval_and_ladder_are_kept_in_the_files(placed: ChurnModel) -> None:
    assert ChurnModel.from_files(placed.to_files()).to_files() == placed.to_files()
    assert ChurnModel.from_files(placed.to_files()).ladder == placed.ladder


@given(arrays(np.float64, (4, 3), elements=st.floats(-30, 30)))
def test_making_rows_rise_keeps_their_mean_and_is_done_once(columns: FloatArray) -> None:
    fitted = rising(columns)

    assert (np.diff(fitted, axis=1) >= -1e-9).all()
    assert fitted.mean(axis=1) == pytest.approx(columns.mean(axis=1), abs=1e-9)
    assert rising(fitted) == pytest.approx(fitted, abs=1e-9)


@given(arrays(np.float64, (1, 3), elements=st.floats(-30, 30)), arrays(np.float64, (1, 3), elements=st.floats(-30, 30)))
def test_no_rising_row_is_nearer_than_the_one_found(columns: FloatArray, other: FloatArray) -> None:
    rival = np.sort(other, axis=1)

    assert np.sum((rising(columns) - columns) ** 2) <= np.sum((rival - columns) ** 2) + 1e-6
