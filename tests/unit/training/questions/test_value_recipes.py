"""Which blend wins, and when a season is believed."""

from __future__ import annotations

import numpy as np

from models.value import MEMBERS, ValueRecipe
from training.questions.value.folds import FLOOR, LOSSES, HeldOut, blended_values, levels
from training.questions.value.recipes import BLENDS, DECLARED, choose, contenders, loss, season_agrees

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


def test_each_blend_stands_under_the_name_of_its_recipe() -> None:
    assert list(BLENDS) == [ValueRecipe(blend.members, (30,), 30, anchored=blend.anchored).name for blend in BLENDS.values()]
    assert BLENDS[DECLARED].anchored


def test_nothing_is_anchored_where_no_rhythm_was_found() -> None:
    assert list(contenders(MEMBERS)) == list(BLENDS)
    assert not any(blend.anchored for blend in contenders(["two_part", "tweedie", "recent"]).values())


def test_an_anchored_blend_takes_its_level_from_everybody_known_and_not_from_who_is_asked_about() -> None:
    everyone = {"two_part": np.array([[30.0], [10.0]]), "rhythm": np.array([[5.0], [15.0]])}
    asked = {**everyone, **levels(everyone, floors=np.array([1.0])), FLOOR: np.array([[1.0]]), LOSSES: np.array([[2.0]])}
    few = {**asked, "two_part": np.array([[30.0]])}

    assert blended_values(asked, "two_part_anchored").ravel().round(9).tolist() == [13.0, 3.0]
    assert blended_values(few, "two_part_anchored").ravel().round(9).tolist() == [13.0]


def test_customers_held_out_are_asked_at_the_level_of_their_own_snapshot() -> None:
    gains = {"two_part": np.array([[30.0], [10.0], [10.0]]), "rhythm": np.array([[15.0], [5.0], [30.0]])}
    said = {**gains, FLOOR: np.ones((3, 1)), LOSSES: np.zeros((3, 1))}

    held_out = HeldOut.of(said, np.zeros((3, 1)), as_ofs=np.array([1, 1, 2]))

    assert blended_values(held_out.said, "two_part_anchored").ravel().round(9).tolist() == [15.0, 5.0, 30.0]
    assert set(held_out.ends(held_out.said, 0)) == {
        f"{end} {blend}" for end in ("low", "high") for blend in contenders(["two_part", "rhythm"])
    }
