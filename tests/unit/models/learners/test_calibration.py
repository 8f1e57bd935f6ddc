"""Calibration: each candidate does what it is for, and none of them is used where it does not help later."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit

from models.learners.calibration import CANDIDATES, Calibration, UnknownCalibration, fit_calibration, log_loss
from models.rows import FloatArray


def scored(count: int = 4_000, *, slope: float = 1.0, shift: float = 0.0, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Build log-odds of customers who in truth leave with log-odds `slope` x said + `shift`."""
    random = np.random.default_rng(seed)
    said = random.normal(0, 1.5, count)
    return said, (random.random(count) < expit(slope * said + shift)).astype(np.float64)


@pytest.mark.parametrize("kind", [kind for kind in CANDIDATES if kind != "none"])
def test_a_level_that_is_off_is_put_right(kind: str) -> None:
    said, left = scored(shift=1.0)

    corrected = fit_calibration(kind, said, left).apply(said)

    assert expit(corrected).mean() == pytest.approx(left.mean(), abs=0.005)


@pytest.mark.parametrize("kind", ["platt", "isotonic"])
def test_chances_that_are_too_bold_are_drawn_in(kind: str) -> None:
    said, left = scored(slope=0.5)

    assert log_loss(fit_calibration(kind, said, left).apply(said), left) < log_loss(said, left) - 0.02


@pytest.mark.parametrize("kind", CANDIDATES)
def test_calibration_never_turns_the_order_of_customers_round(kind: str) -> None:
    said, left = scored(shift=-0.5)

    assert (np.diff(fit_calibration(kind, said, left).apply(np.sort(said))) >= 0).all()


def test_isotonic_never_says_certain_even_of_a_perfect_ranking() -> None:
    said = np.array([-1.0, -0.5, 0.5, 1.0])

    corrected = fit_calibration("isotonic", said, (said > 0).astype(np.float64)).apply(np.array([-9.0, 9.0]))

    assert expit(corrected) == pytest.approx([1 / 8, 7 / 8])


def test_an_unknown_candidate_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownCalibration, match="none, intercept, platt, isotonic"):
        fit_calibration("beta", *scored(10))


@pytest.mark.parametrize("kind", CANDIDATES)
def test_a_calibration_survives_its_json(kind: str) -> None:
    fitted = fit_calibration(kind, *scored(200))

    assert Calibration.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted
