"""What must hold for any shop and any customer: expected spend lies between the customer's own mean and everybody's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.learners.gamma_gamma import GammaGamma, Spending

models = st.builds(GammaGamma, st.floats(0.05, 100.0), st.floats(1.05, 100.0), st.floats(0.01, 1e5))
purchases, means = st.integers(1, 5_000).map(float), st.floats(0.01, 1e6)


def expected(model: GammaGamma, count: float, mean: float) -> float:
    return float(model.expected_spend(Spending(np.array([count]), np.array([mean])))[0])


@given(models, purchases, means)
def test_expected_spend_lies_between_own_mean_and_everybodys(model: GammaGamma, count: float, mean: float) -> None:
    low, high = sorted((mean, model.population_mean))

    assert low * (1 - 1e-9) <= expected(model, count, mean) <= high * (1 + 1e-9)


@given(models, purchases, purchases, means)
def test_more_purchases_draw_it_nearer_to_the_own_mean(model: GammaGamma, one: float, other: float, mean: float) -> None:
    few, many = sorted((one, other))

    distances = [abs(expected(model, count, mean) - mean) for count in (few, many)]

    assert distances[1] <= distances[0] * (1 + 1e-9) + 1e-9 * mean


@given(models, purchases, means)
def test_likelihood_and_slope_are_finite(model: GammaGamma, count: float, mean: float) -> None:
    spending = Spending(np.array([count]), np.array([mean]))

    assert np.isfinite(model.log_likelihood(spending)).all()
    assert np.isfinite(model.gradient(spending)).all()
