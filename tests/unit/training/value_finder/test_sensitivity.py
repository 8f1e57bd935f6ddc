"""A part matters if another offer comes first without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.value_finder.sensitivity import PARTS, sensitivity, without


def test_a_part_that_alone_decides_changes_everybody_and_the_others_nobody(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed] * 4, effect=[[1] * 4] * 4, value=[[1, 1, 1, 5]] * 4)

    told = {each.part: each for each in sensitivity(contenders)}

    assert (told["value"].changed, told["value"].share) == (4, 1.0)
    assert [told[part].changed for part in PARTS if part != "value"] == [0, 0, 0]


def test_each_offers_wins_are_told_with_and_without(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed] * 2, effect=[[1, 1, 1, 2], [1, 1, 1, 2]], context=[[1, 1, 4, 1]] * 2)

    context = next(each for each in sensitivity(contenders) if each.part == "context")

    assert [(each.offer_id, each.wins, each.wins_without) for each in context.offers if each.wins or each.wins_without] == [
        ("loyalty_gift", 2, 0),
        ("training_session", 0, 2),
    ]


def test_an_effect_left_out_becomes_the_mean_of_what_passed(weigh: Any) -> None:
    contenders = weigh([[5, 0, 5, 5]], effect=[[1, 100, 2, 6]], value=2.0, cost=1.0)

    assert without(contenders, "effect")[0].tolist() == pytest.approx([5.0, np.nan, 5.0, 5.0], nan_ok=True)


def test_what_was_not_known_stays_unknown_without_a_part(weigh: Any, all_passed: list[int]) -> None:
    contenders = weigh([all_passed], effect=[[np.nan, 1, 1, 1]])

    assert np.isnan(without(contenders, "effect")[0, 0])
