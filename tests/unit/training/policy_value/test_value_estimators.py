from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.policy_value import (
    LoggedDecisions,
    doubly_robust,
    inverse_propensity,
    logged,
    self_normalised,
    switch_doubly_robust,
)

Decided = Callable[..., LoggedDecisions]


def test_the_four_answers_by_hand(decided: Decided) -> None:
    log = decided([0, 1, 1, 0], [10.0, 20.0, 40.0, 0.0], new=(0.25, 0.75))
    predicted = np.full((4, 2), 8.0)

    assert logged(log).value == pytest.approx(17.5)
    assert inverse_propensity(log).value == pytest.approx((0.5 * 10 + 1.5 * 20 + 1.5 * 40) / 4)
    assert self_normalised(log).value == pytest.approx((0.5 * 10 + 1.5 * 20 + 1.5 * 40) / 4.0)
    assert doubly_robust(log, predicted).value == pytest.approx(8.0 + (0.5 * 2 + 1.5 * 12 + 1.5 * 32 - 0.5 * 8) / 4)


def test_the_self_normalised_answer_divides_by_the_weights_that_came(decided: Decided) -> None:
    log = decided([1, 1, 1, 0], [10.0, 20.0, 30.0, 99.0], new=(0.0, 1.0))

    assert self_normalised(log).value == pytest.approx(20.0)
    assert inverse_propensity(log).value == pytest.approx(30.0)


def test_the_model_answers_for_every_action_and_not_only_for_the_one_taken(decided: Decided) -> None:
    log = decided([0, 0], [5.0, 5.0], new=(0.25, 0.75))

    assert doubly_robust(log, np.array([[5.0, 9.0], [5.0, 13.0]])).value == pytest.approx(0.25 * 5 + 0.75 * 11)


@pytest.mark.parametrize(("ratio", "corrected"), [(2.0, True), (2.1, False)])
def test_above_the_root_of_the_decisions_the_model_stands_alone(decided: Decided, ratio: float, corrected: bool) -> None:
    log = decided([1, 0, 0, 0], [100.0, 0, 0, 0], new=(0.0, 1.0), logged_probability=[1.0 / ratio, 0.5, 0.5, 0.5])
    model = np.tile([0.0, 10.0], (4, 1))

    switched = switch_doubly_robust(log, model).value

    assert switched == pytest.approx(10.0 + ratio * 90.0 / 4 if corrected else 10.0)


def test_what_could_not_be_logged_brings_what_the_log_brought(decided: Decided) -> None:
    log = decided([0, 0], [10.0, 30.0], new=(0.6, 0.4), logged_probability=[1.0, 1.0], possible=[[True, False]] * 2)
    absurd = np.tile([0.0, 1e9], (2, 1))

    answers = [inverse_propensity(log), self_normalised(log), doubly_robust(log, absurd), switch_doubly_robust(log, absurd)]

    assert [terms.value for terms in answers] == pytest.approx([20.0] * 4)


@pytest.mark.parametrize("estimator", ["ips", "snips", "dr"])
def test_over_many_logs_the_answers_meet_the_truth(decided: Decided, estimator: str) -> None:
    rng = np.random.default_rng(4)
    rich = rng.random(200_000) < 0.3
    chance = np.where(rich, 0.8, 0.1)
    action = (rng.random(len(rich)) < chance).astype(int)
    mean = np.where(rich, 5.0, 1.0)[:, None] * np.array([1.0, 2.0])
    reward = mean[np.arange(len(rich)), action] + rng.normal(size=len(rich))
    log = decided(action, reward, new=(0.3, 0.7), logged_probability=np.where(action == 1, chance, 1 - chance))
    wrong_model = np.full((len(rich), 2), 2.0)

    terms = {"ips": inverse_propensity, "snips": self_normalised, "dr": lambda each: doubly_robust(each, wrong_model)}[estimator]

    assert terms(log).value == pytest.approx((0.3 * 5 + 0.7 * 1) * (0.3 + 0.7 * 2), abs=0.04)
