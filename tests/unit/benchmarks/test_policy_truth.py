"""A policy is valued by the true effects of what it chooses; what is drawn by lot costs what the lot brings less."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.policy_truth.policies import ORACLE, OURS, Ranked, chosen, drawn_by_lot
from benchmarks.policy_truth.worth import GATES, RANDOM, RUN, SINGLE, Worth, over_companies, share_of_oracle, worth

TRUTH = np.array([[4.0, -2.0], [-2.0, 6.0]])
ALL = np.ones((2, 2), dtype=np.bool_)


def valued(ours: np.ndarray, *, passed: np.ndarray = ALL, gates: str = GATES[1]) -> Worth:
    company: Any = SimpleNamespace(control_share=0.05, exploration_share=0.1)
    by_policy = {
        OURS: ours,
        ORACLE: TRUTH,
        "only gift": np.array([[1.0, -1.0]] * 2),
        "only upgrade": np.array([[-1.0, 1.0]] * 2),
    }
    return worth(company, Ranked(by_policy, passed, TRUTH, np.arange(2, dtype=np.int32)), gates=gates, seed=0)


def test_the_first_by_priority_is_chosen_and_nothing_where_all_are_below_it() -> None:
    priority = np.array([[1.0, 2.0], [-1.0, -2.0]])

    assert chosen(priority, ALL).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert chosen(priority, np.array([[True, False]] * 2)).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_a_priority_that_is_not_known_is_never_chosen() -> None:
    assert chosen(np.array([[np.nan, 0.5], [np.nan, -0.5]]), ALL).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_oracle_too_chooses_only_among_what_passed_the_gates() -> None:
    found = valued(TRUTH, passed=np.array([[False, True], [False, False]]), gates=GATES[0]).values

    assert (found[ORACLE], found[OURS], found["nothing"]) == (0.0, 0.0, 0.0)


def test_the_lot_falls_on_whatever_passed_and_on_nothing_alike() -> None:
    assert drawn_by_lot(np.array([[True, False], [False, False]])).tolist() == [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]


def test_each_policy_is_worth_the_true_effects_of_its_choices() -> None:
    found = valued(np.array([[1.0, 0.0], [1.0, 0.0]])).values

    assert found[ORACLE] == 5.0
    assert found[OURS] == 1.0
    assert found[SINGLE] == 2.0
    assert found[RANDOM] == pytest.approx(1.0)
    assert found["nothing"] == 0.0


def test_running_with_control_and_exploration_costs_the_difference_to_the_lot() -> None:
    found = valued(TRUTH).values

    by_lot = 0.05 + 0.95 * 0.1
    assert found[RUN] == pytest.approx(by_lot * found[RANDOM] + (1 - by_lot) * found[OURS])


def test_over_companies_the_interval_widens_with_their_spread() -> None:
    worths = [Worth({OURS: ours, ORACLE: 10.0, "other": 1.0}, {}) for ours in (8.0, 9.0, 10.0)]

    assert share_of_oracle(worths, OURS).value == pytest.approx(0.9)
    less = over_companies(worths, "other")
    assert (less.value, less.low) == (pytest.approx(8.0), pytest.approx(8.0 - 4.303 / np.sqrt(3), abs=1e-3))
