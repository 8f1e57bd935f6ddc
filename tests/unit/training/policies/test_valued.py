"""What a decision is worth under two policies, where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.reports.figures import Figure
from training.policies.valued import verdict_of


def test_the_better_policy_is_told_by_how_much_by_every_estimator(drawn_world: Any) -> None:
    valued = drawn_world(live=0.2, new=0.8, seed=1)

    for each in valued.values():
        assert each.difference.low < 6.0 < each.difference.high
        assert each.live.value == pytest.approx(22.0, abs=1.0)
        assert verdict_of(each.difference) == "better"


def test_a_policy_beside_itself_differs_by_nothing_at_all(drawn_world: Any) -> None:
    difference = drawn_world(live=0.6, new=0.6).difference()

    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
    assert verdict_of(difference) == "no_difference_shown"


def test_the_difference_is_surer_than_the_values_it_is_taken_from(drawn_world: Any) -> None:
    each = drawn_world(live=0.5, new=0.6).values()[-1]

    assert each.difference.high - each.difference.low < each.new.high - each.new.low


def test_an_action_never_drawn_by_lot_is_refused_with_its_share(drawn_world: Any) -> None:
    valued = drawn_world(live=0.2, new=0.8)
    shut = type(valued.actions)("offer", ("nothing", "gift"), np.zeros(3000, np.int64), np.tile([True, False], (3000, 1)))
    refusals = type(valued)(shut, valued.logged, valued.live, valued.new).refusals()

    assert [(each.code, each.policy, each.found) for each in refusals] == [
        ("unsupported_mass", "live", "0.2"),
        ("unsupported_mass", "new", "0.8"),
    ]
    assert "live test" in refusals[0].advice


def test_probabilities_that_are_not_those_drawn_with_are_refused(drawn_world: Any) -> None:
    valued = drawn_world(live=0.2, new=0.8)
    logged = type(valued.logged)(valued.logged.customer, np.full(3000, 0.25), valued.logged.reward, valued.logged.known)

    (first, _) = type(valued)(valued.actions, logged, valued.live, valued.new).refusals()

    assert first.code == "mean_weight"


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.1, 2, "better"), (-2, -0.1, "worse"), (-1, 1, "no_difference_shown")])
def test_a_verdict_needs_an_interval_on_one_side_of_nought(low: float, high: float, verdict: str) -> None:
    assert verdict_of(Figure((low + high) / 2, low, high)) == verdict
