"""What must hold of a policy's value whatever the log: of constants, of the logging policy, of order, of a perfect model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.policy_value import (
    ESTIMATORS,
    LoggedDecisions,
    estimated,
    interval,
    linearised,
    logged,
    predicted_rewards,
    self_normalised,
)

seeds = st.integers(0, 2**32 - 1)
constants = st.floats(-100.0, 100.0)


def drawn(seed: int, *, rows: int = 60, actions: int = 4, all_possible: bool = True) -> tuple[LoggedDecisions, np.ndarray]:
    """A log of some customers, drawn by one policy and to be valued for another; and the first policy's chances."""
    rng = np.random.default_rng(seed)
    logging, new = rng.dirichlet(np.ones(actions), rows), rng.dirichlet(np.ones(actions), rows)
    possible = np.ones((rows, actions), bool)
    if not all_possible:
        possible[:, 1:] = rng.random((rows, actions - 1)) < 0.7
    logging = np.where(possible, logging, 0.0)
    logging /= logging.sum(axis=1, keepdims=True)
    action = (logging.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1).clip(0, actions - 1)
    action = np.where(possible[np.arange(rows), action], action, 0)
    reward = rng.lognormal(size=rows)
    chance = logging[np.arange(rows), action]
    return LoggedDecisions(rng.integers(0, rows // 2, rows), action, chance, reward, new, possible), logging


def having(log: LoggedDecisions, **columns: np.ndarray) -> LoggedDecisions:
    names = ("customer", "action", "logged_probability", "reward", "new_probabilities", "possible")
    return LoggedDecisions(**{name: columns.get(name, getattr(log, name)) for name in names})


def model_of(log: LoggedDecisions, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=log.new_probabilities.shape)


@given(seeds, constants, st.booleans())
def test_where_every_reward_is_the_same_the_value_is_that_reward(seed: int, constant: float, all_possible: bool) -> None:
    log, _ = drawn(seed, all_possible=all_possible)
    log = having(log, reward=np.full(len(log), constant))

    answers = estimated(log, np.full(log.new_probabilities.shape, constant))

    for name in ("snips", "dr", "switch_dr"):
        assert answers[name].value == pytest.approx(constant, rel=1e-9, abs=1e-9)


@given(seeds, seeds)
def test_the_logging_policy_itself_is_worth_the_plain_mean(seed: int, other: int) -> None:
    log, logging = drawn(seed)
    same = having(log, new_probabilities=logging)

    answers = estimated(same, model_of(same, other))

    assert [answers[name].value for name in ("ips", "snips")] == pytest.approx([log.reward.mean()] * 2)
    assert same.weight == pytest.approx(np.ones(len(log)))


@given(seeds, seeds)
def test_the_order_of_decisions_and_the_names_of_customers_do_not_matter(seed: int, shuffle: int) -> None:
    log, _ = drawn(seed, all_possible=False)
    order, predicted = np.random.default_rng(shuffle).permutation(len(log)), model_of(log, seed)
    renamed = having(log, customer=1_000 - 7 * log.customer)

    here = {name: interval(linearised(terms, log.customer)) for name, terms in estimated(log, predicted).items()}
    there_log = renamed.take(order)
    there = {
        name: interval(linearised(terms, there_log.customer)) for name, terms in estimated(there_log, predicted[order]).items()
    }

    for name in ESTIMATORS:
        assert (there[name].value, there[name].low, there[name].high) == pytest.approx(
            (here[name].value, here[name].low, here[name].high), rel=1e-6, abs=1e-9
        )


@given(seeds, constants)
def test_a_constant_added_to_all_rewards_is_added_to_value_and_interval(seed: int, constant: float) -> None:
    log, _ = drawn(seed)
    shifted = having(log, reward=log.reward + constant)

    before, after = (interval(linearised(self_normalised(each), log.customer)) for each in (log, shifted))

    for edge in ("value", "low", "high"):
        assert getattr(after, edge) == pytest.approx(getattr(before, edge) + constant, rel=1e-6, abs=1e-6)


@given(seeds, st.floats(0.01, 100.0))
def test_in_another_currency_values_and_intervals_are_scaled(seed: int, rate: float) -> None:
    log, _ = drawn(seed)
    exchanged, predicted = having(log, reward=log.reward * rate), model_of(log, seed)

    before, after = estimated(log, predicted), estimated(exchanged, predicted * rate)

    for name in ESTIMATORS:
        here, there = (interval(linearised(each[name], log.customer)) for each in (before, after))
        assert (there.low, there.high) == pytest.approx((here.low * rate, here.high * rate), rel=1e-6, abs=1e-9)


@given(seeds, seeds)
def test_a_model_that_is_never_wrong_leaves_no_noise_of_the_weights(seed: int, other: int) -> None:
    log, _ = drawn(seed)
    truth = model_of(log, other)
    certain = having(log, reward=log.taken(truth))

    answers = estimated(certain, truth)

    exact = (log.new_probabilities * truth).sum(axis=1)
    assert answers["dr"].top == pytest.approx(exact)
    assert answers["switch_dr"].top == pytest.approx(exact)


@given(seeds)
def test_the_value_lies_inside_its_interval_and_the_difference_to_itself_is_nothing(seed: int) -> None:
    log, _ = drawn(seed, all_possible=False)
    live = linearised(logged(log), log.customer)

    for terms in estimated(log, model_of(log, seed)).values():
        found = linearised(terms, log.customer)
        shown = interval(found)
        assert shown.low <= shown.value <= shown.high
        assert interval(found - live).value == pytest.approx(shown.value - live.value)
        assert interval(found - found).high == 0.0


@given(seeds)
def test_what_a_customer_brought_never_moves_what_is_expected_of_them(seed: int) -> None:
    log, _ = drawn(seed)
    features = np.random.default_rng(seed).normal(size=(len(log), 2))
    one = log.customer == log.customer[0]
    richer = having(log, reward=np.where(one, log.reward + 1e6, log.reward))

    before, after = (predicted_rewards(each, features, seed=0) for each in (log, richer))

    assert (before[one] == after[one]).all()
