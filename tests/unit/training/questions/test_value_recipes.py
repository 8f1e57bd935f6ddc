"""Which blend wins, and when a season is believed."""

from __future__ import annotations

import numpy as np

from training.questions.value_recipes import choose, loss, season_agrees

CAME = [np.array([0.0, 4.0, 20.0]), np.array([2.0, 6.0, 40.0])]


def scaled(factor: float) -> list[np.ndarray]:
    return [factor * came for came in CAME]


def test_forecasting_nothing_never_beats_half_of_the_truth() -> None:
    assert choose({"nothing": loss(scaled(0.0), CAME), "half": loss(scaled(0.5), CAME)}) == "half"


def test_too_much_in_one_season_does_not_make_up_for_too_little_in_another() -> None:
    cancelling = [2.0 * CAME[0], 0.5 * CAME[1]]

    assert sum(said.sum() for said in cancelling) == sum(came.sum() for came in CAME)
    assert loss(cancelling, CAME) == 2 * loss([np.concatenate(cancelling)], [np.concatenate(CAME)])


def test_a_season_is_believed_where_it_would_have_helped_at_two_past_moments() -> None:
    assert season_agrees(scaled(0.7), scaled(0.9), CAME)
    assert not season_agrees(scaled(0.9), scaled(0.7), CAME)
    assert not season_agrees(scaled(0.7)[:1], scaled(0.9)[:1], CAME[:1])


def test_a_season_that_helped_once_and_hurt_once_is_not_believed() -> None:
    assert not season_agrees(scaled(0.8), [0.9 * CAME[0], 0.5 * CAME[1]], CAME)
