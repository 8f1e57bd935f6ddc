"""Nothing relevant, held back, not worth it, or offered: each customer of a stage is exactly one of these."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.value_finder.relevance import available_offers, relevance_by_stage

NONE_FITS, ALL_PAUSED = [0, 1, 2, 2], [2, 3, 4, 1]


def test_a_customer_whom_no_offer_fits_is_told_from_one_who_may_not_be_contacted(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([NONE_FITS, ALL_PAUSED, all_passed, all_passed], effect=[[2] * 4, [2] * 4, [2] * 4, [0] * 4], cost=1.0)

    (stage,) = relevance_by_stage(contenders, np.zeros(4), names=["growth"])

    assert (stage.nothing_relevant, stage.held_back, stage.offered, stage.not_worth_it) == (1, 1, 1, 1)


def test_stages_nobody_stands_in_are_left_out_and_unknown_ones_are_named(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed, NONE_FITS], effect=[[1] * 4] * 2)

    found = relevance_by_stage(contenders, np.array([2.0, np.nan]), names=["a", "b", "c"])

    assert [(stage.stage, stage.customers) for stage in found] == [("c", 1), ("unknown", 1)]


def test_an_offer_on_two_channels_is_one_that_is_available(weigh: Any, all_passed: list[int]) -> None:
    assert available_offers(weigh([all_passed, NONE_FITS], effect=[[1] * 4] * 2)) == 1.5
