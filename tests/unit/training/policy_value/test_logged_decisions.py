from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from training.policy_value import LoggedDecisions, WrongDecisions

Decided = Callable[..., LoggedDecisions]


def test_a_decision_weighs_how_much_likelier_the_new_policy_takes_it(decided: Decided) -> None:
    log = decided([0, 1], [0, 0], new=(0.2, 0.8), logged_probability=[0.4, 0.1])

    assert log.weight == pytest.approx([0.5, 8.0])


def test_what_could_not_be_logged_is_decided_as_it_was_logged(decided: Decided) -> None:
    log = decided([0], [0], new=(0.7, 0.3), logged_probability=[1.0], possible=[[True, False]])

    assert log.unsupported == pytest.approx([0.3])
    assert log.weight == pytest.approx([1.0])


def test_a_group_of_decisions_keeps_its_rows_together(decided: Decided) -> None:
    log = decided([0, 1, 1], [1, 2, 3], customer=[7, 8, 9])

    group = log.take(np.array([2, 0]))

    assert group.customer.tolist() == [9, 7]
    assert group.reward.tolist() == [3.0, 1.0]
    assert group.action.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("columns", "needed"),
    [
        ({"logged_probability": [0.5, 0.0]}, "probability of the action taken above 0"),
        ({"logged_probability": [0.5, 1.5]}, "probability of the action taken above 0"),
        ({"reward": [0.0, np.nan]}, "a reward that is a number"),
        ({"new_probabilities": [[0.5, 0.5], [0.5, 0.4]]}, "add up to 1"),
        ({"new_probabilities": [[0.5, 0.5], [1.5, -0.5]]}, "from 0 on"),
        ({"possible": [[True, True], [True, False]]}, "to have been possible"),
        ({"action": [0, 2]}, "actions among the 2 columns"),
        ({"action": [0, -1]}, "actions among the 2 columns"),
    ],
)
def test_a_row_that_cannot_be_right_is_named(decided: Decided, columns: dict[str, Any], needed: str) -> None:
    with pytest.raises(WrongDecisions, match=f"{needed}.*; found 1 decisions of 2 otherwise, first in row 1"):
        decided([0, 1], [0.0, 0.0], **columns)


def test_no_decisions_and_columns_of_unequal_length_are_refused(decided: Decided) -> None:
    with pytest.raises(WrongDecisions, match="at least one decision"):
        decided([], [])
    with pytest.raises(WrongDecisions, match="as many elements in every column"):
        decided([0, 1], [0.0])
