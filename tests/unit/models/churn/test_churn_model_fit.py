"""Fitting churn: every recipe by one interface, the same model every time, and what cannot be learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.churn import ChurnRecipe, OneSided, RecipeInvalid, baseline_recipes, default_recipe, fit_churn
from models.churn.fit import FeaturesMissing
from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.churn.recipe import LabelsInvalid
from models.examples import Examples
from models.learners.blend import WeightsInvalid
from models.learners.btyd import fit_btyd
from models.learners.calibration import log_loss
from models.rows import WrongShape

Recipes = Callable[..., ChurnRecipe]


def mean_loss(examples: Examples, recipe: ChurnRecipe) -> float:
    model = fit_churn(examples, recipe=recipe, seed=0)
    return log_loss(model.log_odds(examples.rows, names=examples.names), examples.labels)


@pytest.mark.parametrize("name", ["rfm_logistic", "logistic", "boosting"])
def test_whoever_reads_the_features_beats_the_rate_of_the_population(name: str, examples: Examples, make_recipe: Recipes) -> None:
    assert mean_loss(examples, make_recipe(name)) < mean_loss(examples, make_recipe("prior")) - 0.05


def test_the_prior_says_the_rate_of_those_who_left(examples: Examples, make_recipe: Recipes) -> None:
    model = fit_churn(examples, recipe=make_recipe("prior"), seed=0)

    assert model.predict(examples.rows[:1], names=examples.names)[0] == pytest.approx(examples.labels.mean(axis=0))


def test_the_same_examples_and_seed_give_the_same_files(examples: Examples, make_recipe: Recipes) -> None:
    recipe = make_recipe("boosting", "logistic", "mbg_nbd")
    once, twice, otherwise = (fit_churn(examples, recipe=recipe, seed=seed).to_files() for seed in (3, 3, 4))

    assert once == twice
    assert once != otherwise


def test_the_rhythm_is_learned_from_everyone_not_from_those_at_risk(examples: Examples, make_recipe: Recipes) -> None:
    gone = examples.rows.copy()
    gone[:, 2] = gone[:, 1]  # the last purchase was the first
    gone[:400, 0] = 1
    everyone = np.concatenate([examples.rows, gone])

    (horizon, *_) = fit_churn(replace(examples, everyone=everyone), recipe=make_recipe("mbg_nbd"), seed=0).horizons

    assert horizon.members[0][2].to_json()["btyd"] == fit_btyd(purchase_histories(everyone, (0, 1, 2))).to_json()


def test_a_customer_who_never_bought_gets_the_rate_of_the_population(examples: Examples, make_recipe: Recipes) -> None:
    model = fit_churn(examples, recipe=make_recipe("mbg_nbd"), seed=0)
    row = examples.rows[:1].copy()
    row[0, :3] = [0, np.nan, np.nan]

    assert model.predict(row, names=examples.names)[0] == pytest.approx(examples.labels.mean(axis=0))


def test_a_base_where_nobody_left_is_refused_and_says_so(examples: Examples, make_recipe: Recipes) -> None:
    nobody = replace(examples, labels=np.zeros_like(examples.labels))

    with pytest.raises(OneSided, match="within 30 days and some who stayed, found 0 of 1200"):
        fit_churn(nobody, recipe=make_recipe("prior"), seed=0)


def test_a_label_that_is_not_mature_is_refused(examples: Examples, make_recipe: Recipes) -> None:
    labels = examples.labels.copy()
    labels[7, 2] = np.nan

    with pytest.raises(LabelsInvalid, match="not mature yet"):
        fit_churn(replace(examples, labels=labels), recipe=make_recipe("prior"), seed=0)


def test_examples_of_different_lengths_are_refused(examples: Examples) -> None:
    with pytest.raises(WrongShape, match="of one length"):
        replace(examples, customers=examples.customers[:-1])


def test_a_catalogue_without_purchases_has_no_rhythm(examples: Examples, make_recipe: Recipes) -> None:
    without = replace(examples, rows=examples.rows[:, 3:], names=examples.names[3:])

    with pytest.raises(FeaturesMissing, match=f"missing: {', '.join(RHYTHM_FEATURES)}"):
        fit_churn(without, recipe=make_recipe("mbg_nbd"), seed=0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"members": (("forest", 1.0),)}, RecipeInvalid),
        ({"members": (("prior", 0.5),)}, WeightsInvalid),
        ({"horizons_days": (90, 30)}, RecipeInvalid),
        ({"horizons_days": ()}, RecipeInvalid),
        ({"definition": "contract"}, RecipeInvalid),
    ],
)
def test_a_recipe_that_cannot_be_made_is_refused(change: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        replace(default_recipe("activity", (30, 60, 90)), **change)


@pytest.mark.parametrize(("definition", "names"), [("contract", 2), ("activity", 3)])
def test_every_baseline_that_applies_is_a_recipe_like_any_other(definition: str, names: int, examples: Examples) -> None:
    recipes = baseline_recipes(definition, (30, 60, 90))  # type: ignore[arg-type]

    models = [fit_churn(examples, recipe=recipe, seed=0) for recipe in recipes]

    assert [model.name for model in models] == ["prior", "rfm_logistic", "mbg_nbd"][:names]


def test_labels_for_other_horizons_than_the_recipe_are_refused(examples: Examples, make_recipe: Recipes) -> None:
    with pytest.raises(RecipeInvalid, match="found 2 columns"):
        fit_churn(replace(examples, labels=examples.labels[:, :2]), recipe=make_recipe("prior"), seed=0)


def test_the_code_of_a_text_moves_no_answer(examples: Examples, make_recipe: Recipes) -> None:
    coded = replace(examples, names=(*examples.names[:-1], "code_of_segment"))
    model = fit_churn(coded, recipe=make_recipe("boosting", "logistic"), seed=0)
    otherwise = coded.rows.copy()
    otherwise[:, -1] = 7

    assert np.array_equal(*(model.predict(rows, names=coded.names) for rows in (coded.rows, otherwise)))
