"""The acceptance model's answers: chances that repeat after a round trip, add up from reasons, and refuse wrong columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.home import Home
from models.acceptance import AcceptanceModel, AcceptanceRecipe, fit_acceptance
from models.bundle import export_model
from models.bundle.models import check_golden_rows, load_model
from models.churn import OneSided, RecipeInvalid
from models.examples import Examples
from models.explanation.contributions import contributions_of
from models.rows import WrongColumns


def test_who_buys_more_of_what_is_offered_is_likelier_to_accept(
    acceptance_model: AcceptanceModel, make_exposures: Callable[..., Examples]
) -> None:
    rows = make_exposures(seed=1).rows
    little, much = rows.copy(), rows.copy()
    little[:, 4], much[:, 4] = 0.05, 0.95

    less, more = (acceptance_model.predict(each, names=acceptance_model.feature_names).mean() for each in (little, much))

    assert more > less * 1.1


def test_a_model_becomes_files_and_back_without_a_difference(
    acceptance_model: AcceptanceModel, make_exposures: Callable[..., Examples]
) -> None:
    again, rows = AcceptanceModel.from_files(acceptance_model.to_files()), make_exposures(seed=2).rows

    assert again.to_files() == acceptance_model.to_files()
    first, second = (each.predict(rows, names=each.feature_names) for each in (again, acceptance_model))
    assert np.array_equal(first, second)


def test_a_stored_model_repeats_its_golden_rows(acceptance_model: AcceptanceModel, tmp_path: Path) -> None:
    home = Home(tmp_path)
    sha = export_model(home, acceptance_model, provenance={"seed": 0})

    check_golden_rows(home, sha)

    assert load_model(home, sha).kind == "acceptance"


def test_equal_examples_recipe_and_seed_give_the_same_files(
    acceptance_model: AcceptanceModel, acceptance_recipe: AcceptanceRecipe, make_exposures: Callable[..., Examples]
) -> None:
    again = fit_acceptance(make_exposures(), recipe=acceptance_recipe, valid_days=45, seed=0)

    assert again.to_files() == acceptance_model.to_files()


def test_contributions_add_up_to_the_served_log_odds(
    acceptance_model: AcceptanceModel, make_exposures: Callable[..., Examples]
) -> None:
    rows, names = make_exposures(seed=3).rows[:50], acceptance_model.feature_names

    parts = contributions_of(acceptance_model, rows, names=names, horizon_days=45)

    assert parts.log_odds == pytest.approx(acceptance_model.log_odds(rows, names=names), abs=1e-9)


def test_rows_of_a_customer_never_seen_before_get_an_answer(acceptance_model: AcceptanceModel) -> None:
    unknown = np.full((1, len(acceptance_model.feature_names)), np.nan, np.float32)

    chance = acceptance_model.score(unknown, names=acceptance_model.feature_names)["acceptance"]

    assert chance.shape == (1,)
    assert 0.0 < chance[0] < 1.0


def test_columns_in_another_order_are_refused(acceptance_model: AcceptanceModel, make_exposures: Callable[..., Examples]) -> None:
    with pytest.raises(WrongColumns, match="another order"):
        acceptance_model.predict(make_exposures().rows, names=acceptance_model.feature_names[::-1])


def test_a_code_of_a_text_moves_no_answer(acceptance_model: AcceptanceModel, make_exposures: Callable[..., Examples]) -> None:
    rows = make_exposures(seed=4).rows
    other = rows.copy()
    other[:, 1] = 12345.0

    first, second = (acceptance_model.predict(each, names=acceptance_model.feature_names) for each in (rows, other))

    assert np.array_equal(first, second)


def test_ten_exposures_are_enough_to_answer(acceptance_recipe: AcceptanceRecipe, make_exposures: Callable[..., Examples]) -> None:
    few = make_exposures(10)
    few = replace(few, labels=np.arange(10.0)[:, None] % 2)

    chances = fit_acceptance(few, recipe=acceptance_recipe, valid_days=30, seed=0).predict(few.rows, names=few.names)

    assert np.isfinite(chances).all()


def test_answers_that_are_all_no_are_refused(
    acceptance_recipe: AcceptanceRecipe, make_exposures: Callable[..., Examples]
) -> None:
    silent = replace(make_exposures(), labels=np.zeros((400, 1)))

    with pytest.raises(OneSided, match="found 0 of 400"):
        fit_acceptance(silent, recipe=acceptance_recipe, valid_days=30, seed=0)


def test_a_recipe_of_an_unknown_member_is_refused() -> None:
    with pytest.raises(RecipeInvalid, match="mbg_nbd"):
        AcceptanceRecipe(members=(("mbg_nbd", 1.0),))
