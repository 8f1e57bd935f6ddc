"""Every customer is counted once for every offer: where it falls, or that it wins."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.value_finder.fates import fates


def test_an_offer_falls_at_the_gate_its_best_channel_reaches(weigh: Any) -> None:
    upgrade = fates(weigh([[0, 1, 5, 5], [2, 0, 5, 5]], effect=[[1] * 4] * 2))[0]

    assert (upgrade.withheld["eligibility"], upgrade.withheld["applicability"], upgrade.withheld["suitability"]) == (0, 1, 1)


def test_an_offer_that_is_beaten_names_what_beats_it(weigh: Any, all_passed: list[int]) -> None:
    told = fates(weigh([all_passed] * 3, effect=[[3, 3, 2, 1], [1, 1, 2, 3], [1, 1, 1, 3]]))

    assert told[1].beaten_by == {"training_session": 2, "plan_upgrade": 1}
    assert (told[1].wins, told[1].why) == (0, "mostly beaten, most often by training_session")


def test_what_is_worth_less_than_nothing_is_told_apart_from_what_is_not_known(weigh: Any, all_passed: list[int]) -> None:
    told = fates(weigh([all_passed], effect=[[0, 0, np.nan, 2]], cost=1.0))

    assert [(each.below_nothing, each.unknown, each.wins) for each in told] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_the_customers_of_every_offer_add_up_to_all(weigh: Any) -> None:
    rng = np.random.default_rng(4)
    contenders = weigh(rng.integers(0, 6, (200, 4)), effect=rng.normal(0.5, 1, (200, 4)), cost=0.3)

    for fate in fates(contenders):
        assert sum(fate.withheld.values()) + fate.passes == 200
        assert sum(fate.beaten_by.values()) == fate.beaten
