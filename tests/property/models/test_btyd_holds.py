"""What must hold for any rhythm and any customer: chances are chances, and a longer silence is never likelier."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.learners.btyd import Btyd, PurchaseHistories, Variant

parameter = st.floats(1e-3, 1e3)
usual = st.floats(0.05, 20.0)
models = st.builds(Btyd, parameter, parameter, parameter, parameter, st.sampled_from(["mbg", "bg"]))


@st.composite
def one_history(draw: st.DrawFn) -> PurchaseHistories:
    age = draw(st.floats(0, 5000))
    repeats = draw(st.integers(0, 3000))
    last = draw(st.floats(0, age)) if repeats else 0.0
    return PurchaseHistories(np.array([float(repeats)]), np.array([last]), np.array([age]))


@given(models, one_history(), st.floats(0, 4000), st.floats(0, 4000))
def test_silence_is_a_chance_that_falls_as_the_horizon_grows(
    model: Btyd, history: PurchaseHistories, one: float, other: float
) -> None:
    shorter, longer = sorted((one, other))

    now, later = (model.probability_of_silence(history, horizon=days)[0] for days in (shorter, longer))

    assert 0.0 <= later <= now + 1e-12 <= 1.0 + 2e-12


@given(models, one_history())
def test_a_later_last_purchase_never_makes_a_customer_less_alive(model: Btyd, history: PurchaseHistories) -> None:
    lately = PurchaseHistories(history.repeats, history.age, history.age)

    assert model.probability_alive(lately)[0] >= model.probability_alive(history)[0] - 1e-12


@given(st.sampled_from(["mbg", "bg"]), parameter, one_history())
def test_the_likelihood_is_finite_for_thousands_of_purchases(
    variant: Variant, parameter: float, history: PurchaseHistories
) -> None:
    assert np.isfinite(Btyd(parameter, parameter, parameter, parameter, variant).log_likelihood(history)).all()


@given(st.builds(Btyd, usual, st.floats(1, 500), usual, usual), one_history(), st.floats(1, 2000), st.floats(1, 2000))
def test_longer_horizons_bring_more_purchases_and_at_least_the_chance_of_one(
    model: Btyd, history: PurchaseHistories, one: float, other: float
) -> None:
    shorter, longer = sorted((one, other))

    fewer, more = (model.expected_purchases(history, horizon=days)[0] for days in (shorter, longer))

    assert 0.0 <= fewer <= more * (1 + 1e-6) + 1e-9
    assert fewer >= (1.0 - model.probability_of_silence(history, horizon=shorter)[0]) * (1 - 1e-6) - 1e-9
