from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.policy_value import LoggedDecisions, predicted_rewards

Decided = Callable[..., LoggedDecisions]
MANY = 3_000


def linear_log(decided: Decided, *, noise: float = 0.0) -> tuple[LoggedDecisions, np.ndarray, np.ndarray]:
    """Decisions whose reward is 10 + 2 x, and 3 - 1 x more for the second action."""
    rng = np.random.default_rng(2)
    x, action = rng.normal(size=MANY), rng.integers(0, 2, MANY)
    truth = np.column_stack([10 + 2 * x, 13 + x])
    return decided(action, truth[np.arange(MANY), action] + noise * rng.normal(size=MANY)), x[:, None], truth


def test_what_depends_on_customer_and_action_is_learned(decided: Decided) -> None:
    log, features, truth = linear_log(decided, noise=1.0)

    predicted = predicted_rewards(log, features, seed=0)

    assert np.abs(predicted - truth).mean() < 0.2


def test_nobody_is_predicted_by_a_model_that_saw_them(decided: Decided) -> None:
    log, features, _ = linear_log(decided)
    customer = np.arange(MANY) // 3
    as_it_is = LoggedDecisions(customer, log.action, log.logged_probability, log.reward, log.new_probabilities, log.possible)
    reward = np.where(customer == 5, 1e6, log.reward)
    altered = LoggedDecisions(customer, log.action, log.logged_probability, reward, log.new_probabilities, log.possible)

    before, after = (predicted_rewards(each, features, seed=0) for each in (as_it_is, altered))

    assert (before[customer == 5] == after[customer == 5]).all()
    assert (before[customer != 5] != after[customer != 5]).any()


def test_an_action_never_taken_is_expected_to_bring_what_all_bring(decided: Decided) -> None:
    log = decided([0] * 100, np.full(100, 7.0))

    predicted = predicted_rewards(log, np.zeros((100, 1)), seed=0)

    assert predicted == pytest.approx(np.full((100, 2), 7.0))


def test_an_action_taken_a_hundred_times_is_believed_half(decided: Decided) -> None:
    action = np.zeros(100_000, np.int64)
    action[:: 100_000 // 125] = 1  # about a hundred in each four fifths
    log = decided(action, np.where(action == 1, 10.0, 0.0))

    predicted = predicted_rewards(log, np.zeros((len(action), 1)), seed=0)

    assert predicted[:, 1].mean() == pytest.approx(5.0, abs=0.5)


def test_a_feature_not_known_is_taken_as_usual_and_may_matter(decided: Decided) -> None:
    log, features, truth = linear_log(decided)
    features = np.column_stack([features, np.where(np.arange(MANY) % 2, np.nan, 1.0)])
    reward = log.reward + 5.0 * np.isnan(features[:, 1])
    gap = LoggedDecisions(log.customer, log.action, log.logged_probability, reward, log.new_probabilities, log.possible)

    predicted = predicted_rewards(gap, features, seed=0)

    assert np.abs(predicted - truth - 5.0 * np.isnan(features[:, 1:])).mean() < 0.2


def test_the_same_seed_deals_the_same_folds(decided: Decided) -> None:
    log, features, _ = linear_log(decided, noise=3.0)

    first, again, other = (predicted_rewards(log, features, seed=seed) for seed in (0, 0, 1))

    assert (first == again).all()
    assert (first != other).any()
