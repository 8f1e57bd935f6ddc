"""The logistic: missing values, long tails, numbers that survive their JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.learners.logistic import Logistic, fit_logistic, fit_logistics
from models.learners.scaling import learn_scaling
from models.rows import FloatArray, Rows

NAN = np.nan


def rows(*values: list[float]) -> Rows:
    return np.array(values, dtype=np.float32)


def customers() -> tuple[Rows, FloatArray]:
    random = np.random.default_rng(0)
    values = random.lognormal(2, 2, size=(2_000, 2)).astype(np.float32)
    left = random.random(2_000) < 1 / (1 + np.exp(2 * (np.log1p(values[:, 0]) - 2)))
    values[random.random(2_000) < 0.2, 1] = NAN
    return values, left.astype(np.float64)


def test_a_missing_value_counts_as_the_median_and_raises_its_flag() -> None:
    scaling = learn_scaling(rows([1, 7], [2, NAN], [3, 9]))

    assert scaling.apply(rows([2, NAN])).tolist() == [[0.0, 0.0, 1.0]]


def test_an_extreme_value_is_cut_off() -> None:
    scaling = learn_scaling(rows([1], [2], [3]))

    assert np.abs(scaling.apply(rows([1e30], [-np.inf]))).max() == 8.0


@pytest.mark.parametrize("column", [[5.0, 5.0, 5.0], [NAN, NAN, NAN], [0.0, 0.0, 9.0]])
def test_a_constant_an_empty_and_a_rare_column_all_scale_to_finite_numbers(column: list[float]) -> None:
    values = rows(*([value] for value in column))

    assert np.isfinite(learn_scaling(values).apply(values)).all()


def test_the_fit_finds_which_way_risk_goes() -> None:
    values, left = customers()

    fitted = fit_logistic(values, left)

    assert fitted.coefficients[0] < -0.5
    assert abs(fitted.coefficients[1]) < 0.1


def test_the_fitted_level_is_the_rate_of_those_who_left() -> None:
    values, left = customers()

    chances = 1 / (1 + np.exp(-fit_logistic(values, left).log_odds(values)))

    assert chances.mean() == pytest.approx(left.mean(), abs=1e-3)


def test_the_same_rows_give_the_same_numbers() -> None:
    assert fit_logistic(*customers()) == fit_logistic(*customers())


def test_several_labels_fitted_together_are_fitted_as_if_alone() -> None:
    values, left = customers()

    together = fit_logistics(values, np.stack([left, 1 - left], axis=1))

    assert together == [fit_logistic(values, left), fit_logistic(values, 1 - left)]


def test_the_regression_survives_its_json() -> None:
    fitted = fit_logistic(*customers())

    assert Logistic.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted


def test_contributions_add_up_to_the_log_odds() -> None:
    values, left = customers()
    fitted = fit_logistic(values, left)

    assert fitted.contributions(values).sum(axis=1) == pytest.approx(fitted.log_odds(values), abs=1e-9)


def test_contributions_are_measured_from_the_mean_of_training() -> None:
    values, left = customers()

    assert fit_logistic(values, left).contributions(values)[:, :-1].mean(axis=0) == pytest.approx(0.0, abs=1e-9)


def test_what_absence_adds_is_told_of_the_feature_that_is_absent() -> None:
    values = np.random.default_rng(0).normal(size=(1_000, 2)).astype(np.float32)
    values[::4, 1] = NAN

    contributions = fit_logistic(values, np.isnan(values[:, 1]).astype(np.float64)).contributions(values)

    assert contributions[::4, 1].min() > 2.0
    assert np.abs(contributions[:, 0]).max() < 0.5
