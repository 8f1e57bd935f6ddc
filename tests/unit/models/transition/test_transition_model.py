"""The chances of the stages: they add up to 1, exclude what cannot be, and come back the same after a round trip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.examples import Examples
from models.rows import WrongColumns, WrongShape
from models.transition import OneStageOnly, RecipeInvalid, TransitionModel, TransitionRecipe, fit_transition
from models.transition.model import LEAST_CHANCE
from models.transition.recipe import MEMBERS

NAMES = ("tenure_days", "purchases_count_30d", "stage_life", "stage_days")
STAGES = ("lapsed", "introduction", "decline", "growth")


def recipe(*members: str, like: TransitionRecipe) -> TransitionRecipe:
    return replace(like, members=tuple((name, 1 / len(members)) for name in members))


@pytest.fixture(scope="module")
def all_members(quick: TransitionRecipe) -> TransitionRecipe:
    return recipe(*MEMBERS, like=quick)


@pytest.fixture(scope="module")
def fitted(told: Examples, all_members: TransitionRecipe) -> TransitionModel:
    return fit_transition(told, recipe=all_members, seed=0)


def test_the_chances_of_the_stages_add_up_to_one_at_every_horizon(fitted: TransitionModel, told: Examples) -> None:
    chances = fitted.chances(told.rows, names=NAMES)

    assert chances.shape == (900, 2, 4)
    assert chances.sum(axis=2) == pytest.approx(1.0)
    assert np.array_equal(fitted.predict(told.rows, names=NAMES), chances.reshape(900, 8))


def test_a_stage_to_which_nobody_of_this_one_ever_went_has_the_chance_zero(fitted: TransitionModel, told: Examples) -> None:
    lapsed_at_once = fitted.chances(told.rows, names=NAMES)[:, 0, 0]
    new_again = fitted.chances(told.rows, names=NAMES)[told.rows[:, 2] != 1, 1, 1]

    assert (lapsed_at_once >= LEAST_CHANCE / 2).all()  # nobody lapsed within 30 days yet: rare, not impossible
    assert (new_again >= LEAST_CHANCE / 2).all()  # nor does anybody come to stand in introduction

    seen = np.where((told.labels == 2) & (told.rows[:, [2]] == 1), 1, told.labels)
    again = fit_transition(replace(told, labels=seen), recipe=recipe("markov", like=_of(fitted)), seed=0)

    assert (again.chances(told.rows, names=NAMES)[told.rows[:, 2] != 1, :, 1] == 0.0).all()


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_alone_answers_and_comes_back_the_same(member: str, told: Examples, quick: TransitionRecipe) -> None:
    model = fit_transition(told, recipe=recipe(member, like=quick), seed=0)

    again = TransitionModel.from_files(model.to_files())

    assert np.array_equal(again.predict(told.rows, names=NAMES), model.predict(told.rows, names=NAMES))
    assert again.to_files() == model.to_files()


def test_the_same_rows_and_seed_give_the_same_files(
    fitted: TransitionModel, told: Examples, all_members: TransitionRecipe
) -> None:
    assert fit_transition(told, recipe=all_members, seed=0).to_files() == fitted.to_files()


def test_trees_of_their_own_know_nothing_of_those_that_correct_the_matrix(told: Examples, quick: TransitionRecipe) -> None:
    alone = fit_transition(told, recipe=recipe("boosting", like=quick), seed=0)
    beside = fit_transition(told, recipe=recipe("corrected", "boosting", like=quick), seed=0)

    texts = {name: text for name, text in beside.to_files().items() if "boosting" in name}
    assert texts == {name: text for name, text in alone.to_files().items() if name.endswith(".txt")}


def test_a_customer_of_whom_nothing_is_known_gets_chances_and_no_days(fitted: TransitionModel) -> None:
    nobody = np.full((1, 4), np.nan, np.float32)

    scored = fitted.score(nobody, names=NAMES)

    assert sum(scored[f"transition_90_{stage}"][0] for stage in STAGES) == pytest.approx(1.0)
    assert np.isnan(scored["transition_days_left"][0])


def test_columns_in_another_order_are_refused(fitted: TransitionModel, told: Examples) -> None:
    with pytest.raises(WrongColumns):
        fitted.predict(told.rows, names=NAMES[::-1])


def test_contributions_of_trees_and_regression_add_up_to_their_scores(told: Examples, quick: TransitionRecipe) -> None:
    model = fit_transition(told, recipe=recipe("boosting", "corrected", "multinomial", "markov", like=quick), seed=0)
    rows = told.rows[:50]

    scores = model.horizons[0].contributions(rows).sum(axis=2)
    logs = sum(0.25 * member.log_chances(rows) for _, _, member in model.horizons[0].members)

    ours, theirs = scores[:, 2] - scores[:, 3], logs[:, 2] - logs[:, 3]
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_customers_who_all_end_in_one_stage_are_refused(told: Examples, quick: TransitionRecipe) -> None:
    with pytest.raises(OneStageOnly, match="after 30 days"):
        fit_transition(replace(told, labels=np.ones((900, 2))), recipe=quick, seed=0)


def test_labels_of_another_number_of_horizons_are_refused(told: Examples, quick: TransitionRecipe) -> None:
    with pytest.raises(WrongShape):
        fit_transition(replace(told, labels=told.labels[:, :1]), recipe=quick, seed=0)


def test_ten_rows_are_enough_for_an_answer(told: Examples, all_members: TransitionRecipe) -> None:
    few = Examples(told.rows[:10], NAMES, told.labels[:10], told.customers[:10], told.as_ofs[:10], told.signature)

    chances = fit_transition(few, recipe=all_members, seed=0).predict(told.rows, names=NAMES)

    assert np.isfinite(chances).all()


@pytest.mark.parametrize("change", [{"members": (("oracle", 1.0),)}, {"stages": ("one",)}, {"horizons_days": (90, 30)}])
def test_a_recipe_that_cannot_be_is_refused(change: dict[str, Any], quick: TransitionRecipe) -> None:
    with pytest.raises(RecipeInvalid):
        replace(quick, **change)


def _of(model: TransitionModel) -> TransitionRecipe:
    return TransitionRecipe("markov", (("markov", 1.0),), model.stage_set, model.stages, model.horizons_days)
