from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from features.errors import Refused
from training.policy_value import (
    LoggedDecisions,
    TooLittleOverlap,
    UnsupportedPolicy,
    WrongPropensities,
    changed_size,
    measure_support,
    require_support,
)

Decided = Callable[..., LoggedDecisions]
MANY = 1_000


def tossed(rows: int = MANY) -> np.ndarray:
    return np.arange(rows) % 2


def test_a_policy_the_log_can_show_is_supported(decided: Decided) -> None:
    support = require_support(decided(tossed(), np.zeros(MANY), new=(0.0, 1.0)))

    assert support.mean_weight == pytest.approx(1.0)
    assert support.effective_size == pytest.approx(500.0)
    assert support.largest_weight == 2.0
    assert support.refusal is None


@pytest.mark.parametrize(("impossible", "refused"), [(20, False), (21, True)])
def test_at_most_two_percent_may_lie_where_the_log_never_went(decided: Decided, impossible: int, refused: bool) -> None:
    possible = np.ones((MANY, 2), bool)
    possible[: 2 * impossible : 2, 1] = False
    log = decided(tossed(), np.zeros(MANY), new=(0.0, 1.0), possible=possible)

    refusal = measure_support(log).refusal

    assert measure_support(log).unsupported == pytest.approx(impossible / MANY)
    assert isinstance(refusal, UnsupportedPolicy) == refused


def test_probabilities_that_were_not_those_of_the_draw_are_found_by_the_mean_weight(decided: Decided) -> None:
    log = decided(tossed(), np.zeros(MANY), new=(0.4, 0.6), logged_probability=np.full(MANY, 0.3))

    with pytest.raises(WrongPropensities, match=r"found 1.667\b") as refused:
        require_support(log)
    assert refused.value.figure == pytest.approx(1.0 / 0.6)


def test_weights_that_are_too_small_are_as_wrong_as_weights_too_large(decided: Decided) -> None:
    log = decided(tossed(), np.zeros(MANY), new=(0.4, 0.6), logged_probability=np.full(MANY, 0.7))

    assert isinstance(measure_support(log).refusal, WrongPropensities)


@pytest.mark.parametrize(("second", "refused"), [(562, False), (566, True)])
def test_four_standard_errors_are_allowed(decided: Decided, second: int, refused: bool) -> None:
    log = decided((np.arange(MANY) < second).astype(int), np.zeros(MANY), new=(0.0, 1.0))

    support = measure_support(log)

    assert abs(support.mean_weight - 1.0) / support.mean_weight_error == pytest.approx(4.0, abs=0.25)
    assert isinstance(support.refusal, WrongPropensities) == refused


def test_the_mean_weight_is_judged_by_customers_not_by_rows(decided: Decided) -> None:
    actions = np.repeat([1] * 29 + [0] * 21, 20)
    log = decided(actions, np.zeros(MANY), new=(0.0, 1.0))
    of_few = decided(actions, np.zeros(MANY), new=(0.0, 1.0), customer=np.repeat(np.arange(50), 20))

    assert isinstance(measure_support(log).refusal, WrongPropensities)
    assert measure_support(of_few).refusal is None


@pytest.mark.parametrize(("rows", "refused"), [(398, True), (400, False)])
def test_an_effective_size_of_two_hundred_is_enough(decided: Decided, rows: int, refused: bool) -> None:
    log = decided(tossed(rows), np.zeros(rows), new=(0.0, 1.0))

    assert isinstance(measure_support(log).refusal, TooLittleOverlap) == refused


def test_the_rules_speak_in_their_order(decided: Decided) -> None:
    possible = np.ones((10, 2), bool)
    possible[::2, 1] = False
    possible[1::2, 0] = False
    all_wrong = decided(tossed(10), np.zeros(10), new=(0.6, 0.4), possible=possible, logged_probability=np.full(10, 0.01))
    last_two = decided(tossed(10), np.zeros(10), logged_probability=np.full(10, 0.01))

    assert abs(measure_support(all_wrong).mean_weight - 1.0) > 4 * measure_support(all_wrong).mean_weight_error
    assert measure_support(all_wrong).refusal.rule == "unsupported_mass"
    assert measure_support(last_two).refusal.rule == "mean_weight"


def test_a_refusal_says_what_was_needed_what_was_found_and_what_to_do(decided: Decided) -> None:
    with pytest.raises(Refused) as refused:
        require_support(decided(tossed(100), np.zeros(100), new=(0.0, 1.0)))

    assert str(refused.value) == (
        "needed an effective size of at least 200 decisions, found 50 of 100 (largest weight 2.0). Wait for more decisions, "
        "raise the share that explores, or compare a policy that is closer to the live one"
    )
    assert (refused.value.figure, refused.value.limit) == (pytest.approx(50.0), 200.0)


def test_two_policies_that_differ_seldom_are_not_compared_by_weight(decided: Decided) -> None:
    new = np.full((MANY, 2), 0.5)
    new[:100] = (0.0, 1.0)

    seldom, always = (measure_support(decided(tossed(), np.zeros(MANY), new=chances)) for chances in (new, (0.0, 1.0)))

    assert (seldom.changed_size, seldom.compares_by_weight) == (pytest.approx(100.0), False)
    assert (always.changed_size, always.compares_by_weight) == (pytest.approx(1_000.0), True)


@pytest.mark.parametrize(("changed", "compared"), [(198, False), (200, True)])
def test_two_hundred_decisions_that_differ_are_enough_to_compare_by_weight(
    decided: Decided, changed: int, compared: bool
) -> None:
    new = np.full((MANY, 2), 0.5)
    new[:changed] = (0.0, 1.0)

    assert measure_support(decided(tossed(), np.zeros(MANY), new=new)).compares_by_weight == compared


def test_heavy_decisions_that_chance_left_out_are_missed(decided: Decided) -> None:
    new = np.tile([1.0, 0.0], (MANY, 1))
    new[:125] = (0.0, 1.0)

    support = measure_support(decided(np.zeros(MANY, int), np.zeros(MANY), new=new, logged_probability=np.full(MANY, 0.9)))

    assert (support.largest_weight, support.compares_by_weight) == (pytest.approx(1.0 / 0.9), False)


def test_the_same_policy_changes_nothing_and_a_policy_never_met_has_no_size(decided: Decided) -> None:
    same, never = decided(tossed(), np.zeros(MANY)), decided([0] * 9, np.zeros(9), new=(0.0, 1.0))

    assert measure_support(same).changed_size == np.inf
    assert measure_support(never).effective_size == 0.0


def test_two_policies_neither_of_which_drew_the_log_are_told_apart_by_their_gap() -> None:
    gap, chance = np.array([0.0, 1.0, -1.0, 2.0]), np.array([0.5, 0.5, 0.5, 1.0])

    assert changed_size(gap, chance=chance) == pytest.approx(16.0 / 6.0)
    assert changed_size(gap[:3], chance=np.array([0.5, 0.5, 0.9])) == pytest.approx(4.0 / (1.0 + 9.0))
    assert changed_size(np.zeros(2), chance=chance[:2]) == np.inf
