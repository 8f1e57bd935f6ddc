"""Every learner finds effects that are a straight line, and intervals cover the truth about as often as they say."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from models.uplift import Moderators
from training.uplift.fit import mean_effects
from training.uplift.grades import mean_by_customer, qini, r_losses
from training.uplift.learners import CONTINUOUS, Sample, constant, single_log_odds

TWO = Moderators(("z",), (0.0,), (1.0,))


def sample(slope: float, *, rows: int = 4000, seed: int = 0, level: float = 0.2, yes_or_no: bool = False) -> Sample:
    """Build decisions on nothing or on one of two offers: the first adds `level + slope * z`, the second nothing."""
    rng = np.random.default_rng(seed)
    z, arm = rng.normal(size=rows), rng.integers(-1, 2, rows)
    added = np.where(arm == 0, level + slope * z, 0.0)
    outcome = 0.5 + 0.3 * z + added + rng.normal(0, 0.4, rows)
    if yes_or_no:
        outcome = (rng.random(rows) < 1 / (1 + np.exp(1.0 - 0.5 * z - added))).astype(np.float64)
    seen = np.column_stack([np.ones(rows), z])
    return Sample(seen, arm, 2, outcome, np.zeros(rows), np.ones(rows))


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_learner_finds_a_line_and_finds_none_where_there_is_none(name: str) -> None:
    found = np.array(CONTINUOUS[name](sample(0.3), TWO).coefficients)

    assert found == pytest.approx(np.array([[0.2, 0.3], [0.0, 0.0]]), abs=0.05)


def test_the_constant_is_the_mean_difference_to_nothing() -> None:
    found = constant(sample(0.0, level=0.5), TWO)

    assert np.ravel(found.coefficients) == pytest.approx([0.5, 0.0], abs=0.05)


def test_log_odds_of_a_yes_are_found() -> None:
    found = single_log_odds(sample(0.6, level=0.4, rows=20_000, yes_or_no=True), TWO)

    assert np.array(found.coefficients) == pytest.approx(np.array([[0.4, 0.6], [0.0, 0.0]]), abs=0.12)


def test_true_effects_grade_better_than_none_by_every_measure() -> None:
    drawn = sample(0.3)
    expected = drawn.moderators @ [0.5, 0.3] + (0.2 + 0.3 * drawn.moderators[:, 1]) / 3
    drawn = Sample(drawn.moderators, drawn.arm, 2, drawn.outcome, expected, drawn.weights)
    true, none = np.column_stack([0.2 + 0.3 * drawn.moderators[:, 1], np.zeros(4000)]), np.zeros((4000, 2))
    gain = r_losses(drawn, none) - r_losses(drawn, true)

    assert r_losses(drawn, true).mean() < r_losses(drawn, none).mean()
    assert qini(drawn, true, arm=0) > 0.05 > qini(drawn, -true, arm=0)
    assert mean_by_customer(gain, np.arange(4000, dtype=np.int32) // 2).low > 0.0


def test_intervals_of_a_mean_effect_cover_it_about_as_often_as_they_say() -> None:
    covered = []
    for seed in range(80):
        first, _ = mean_effects(Drawn(sample(0.0, rows=300, seed=seed)), "constant", seed=seed)  # type: ignore[arg-type]
        covered.append(first.low <= 0.2 <= first.high)

    assert 0.87 <= np.mean(covered) < 1.0


def test_offers_dealt_anew_by_lot_leave_effects_that_hold_none_about_as_often_as_intervals_say() -> None:
    drawn, rng = sample(0.3, rows=300, level=1.0), np.random.default_rng(8)

    dealt = [mean_effects(Drawn(replace(drawn, arm=rng.permutation(drawn.arm))), "constant", seed=0)[0] for _ in range(60)]  # type: ignore[arg-type]

    assert np.mean([each.low <= 0.0 <= each.high for each in dealt]) > 0.85


class Drawn:
    """Decisions of as many customers."""

    moderators = TWO

    def __init__(self, drawn: Sample) -> None:
        self.sample, self.trial = drawn, SimpleNamespace(customers=np.arange(len(drawn.arm)))

    def __len__(self) -> int:
        return len(self.sample.arm)
