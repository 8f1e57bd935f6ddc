from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.policy_value import ESTIMATORS, LoggedDecisions, TooLittleOverlap, policy_value

Decided = Callable[..., LoggedDecisions]
MANY = 2_000


def better_second(decided: Decided, *, new: object = (0.0, 1.0)) -> LoggedDecisions:
    """A log by the toss of a coin in which the second action brings 2 more."""
    rng = np.random.default_rng(6)
    action = rng.integers(0, 2, MANY)
    return decided(action, 10.0 + 2.0 * action + rng.normal(size=MANY), new=new)


def test_a_better_policy_is_found_better_by_every_estimator(decided: Decided) -> None:
    found = policy_value(better_second(decided), np.tile([10.0, 12.0], (MANY, 1)))

    assert tuple(found.values) == tuple(found.differences) == ESTIMATORS
    assert all(each.low < 12.0 < each.high for each in found.values.values())
    assert all(0.0 < each.low < 1.0 < each.high for each in found.differences.values())
    assert found.logged.low < 11.0 < found.logged.high


def test_a_difference_is_surer_than_the_values_it_is_made_of(decided: Decided) -> None:
    log = better_second(decided, new=(0.4, 0.6))
    rich = np.random.default_rng(0).lognormal(3.0, 1.0, MANY)
    log = decided(log.action, log.reward + rich, new=(0.4, 0.6))

    found = policy_value(log, np.tile([10.0, 12.0], (MANY, 1)) + rich[:, None])

    value, difference = found.values["snips"], found.differences["snips"]
    assert difference.high - difference.low < 0.5 * (value.high - value.low)


def test_without_a_model_the_weights_alone_answer(decided: Decided) -> None:
    found = policy_value(better_second(decided))

    assert tuple(found.values) == ("ips", "snips")


def test_of_policies_that_seldom_differ_only_the_model_tells_the_difference(decided: Decided) -> None:
    new = np.full((MANY, 2), 0.5)
    new[:150] = (0.0, 1.0)

    found = policy_value(better_second(decided, new=new), np.tile([10.0, 12.0], (MANY, 1)))

    assert tuple(found.values) == ESTIMATORS
    assert tuple(found.differences) == ("dr", "switch_dr")


def test_nothing_is_estimated_where_the_log_cannot_answer(decided: Decided) -> None:
    few = better_second(decided).take(np.arange(100))

    with pytest.raises(TooLittleOverlap):
        policy_value(few)
