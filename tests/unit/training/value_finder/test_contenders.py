"""Which offer comes first, of candidates reckoned by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.value_finder.contenders import NOBODY


def test_the_offer_worth_most_on_any_of_its_channels_comes_first(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed], effect=[[1, 4, 3, 2]])

    assert contenders.offer_ids[contenders.first(contenders.priority)[0]] == "plan_upgrade"


def test_what_a_gate_withholds_cannot_come_first(weigh: Any) -> None:
    contenders = weigh([[5, 3, 5, 5]], effect=[[1, 4, 3, 2]])

    assert contenders.offer_ids[contenders.first(contenders.priority)[0]] == "loyalty_gift"
    assert np.isnan(contenders.priority[0, 1])


def test_nothing_comes_first_where_no_offer_is_worth_more(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed, all_passed], effect=[[1, 1, 1, 1], [1, 1, 1, 1.5]], cost=1.0)

    assert contenders.first(contenders.priority).tolist() == [NOBODY, 2]


def test_of_equals_the_first_in_the_file_comes_first(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed], effect=[[1, 1, 2, 2]])

    assert contenders.offer_ids[contenders.first(contenders.priority)[0]] == "loyalty_gift"


def test_what_cannot_be_known_never_comes_first(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed], effect=[[np.nan, np.nan, 1, 2]])

    assert contenders.offer_ids[contenders.first(contenders.priority)[0]] == "training_session"
