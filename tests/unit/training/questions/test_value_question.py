"""Value from end to end on a small shop: every blend competes at past moments, the chosen one is graded, stored and published."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.bundle import load_live, load_model, load_public_key
from models.value import ValueModel
from models.value.levers import LEVERS
from training.examples import stack_examples
from training.questions.value.question import BASELINES, MAIN_MEASURE
from training.records.report import CHOSEN


def rows_of(shop: Any) -> Any:
    """Return a row of each customer at some month."""
    return stack_examples(shop.home, shop.question).examples.rows[-200:]


def test_the_blend_of_lowest_loss_is_chosen_and_graded_beside_the_named_baselines(valued_shop: Any) -> None:
    report = valued_shop.value.report
    best = min(report.contenders, key=lambda each: each.loss)

    assert best.chosen
    assert valued_shop.value.model.name == best.name
    assert set(report.pooled) == {CHOSEN, *BASELINES}
    assert set(report.differences) == set(BASELINES)


def test_it_tells_customers_apart_that_one_mean_does_not(valued_shop: Any) -> None:
    assert valued_shop.value.report.differences["mean"][MAIN_MEASURE].high < 0


def test_each_horizon_is_graded_and_all_were_trained(valued_shop: Any) -> None:
    report = valued_shop.value.report

    assert list(report.horizons) == ["30", "60", "90"]
    assert [line["trained"] for line in report.findings["horizons"]] == [1, 1, 1]


def test_a_longer_horizon_was_told_to_bring_more_and_did(valued_shop: Any) -> None:
    model = valued_shop.value.model
    said = model.predict(rows_of(valued_shop), names=model.feature_names)
    came = [*valued_shop.value.report.data.label_means.values()]

    assert (np.diff(said, axis=1) >= 0).all()
    assert 0 < came[0] < came[1] < came[2]


def test_the_ends_told_at_past_moments_held_about_eight_in_ten(valued_shop: Any) -> None:
    (overall,) = [line for line in valued_shop.value.report.findings["coverage"] if line["origin"] == "all"]

    assert 0.7 < overall["covered"] < 0.9


def test_the_stored_model_is_a_value_model_that_answers_the_same(valued_shop: Any) -> None:
    kept = load_model(valued_shop.home, valued_shop.value.model_sha)

    assert isinstance(kept, ValueModel)
    assert kept.to_files() == valued_shop.value.model.to_files()


def test_what_is_published_places_everybody_in_a_category_and_most_on_a_lever(valued_shop: Any) -> None:
    live = load_live(valued_shop.home, public_key=load_public_key(valued_shop.home), trial=False).predictions

    categories, levers = live.column("value_category"), live.column("value_lever")

    assert set(categories) <= set(range(len(valued_shop.question.company.value_categories)))
    named = levers[~np.isnan(levers)]
    assert len(named) > 0.5 * len(levers)
    assert set(named) <= set(range(len(LEVERS)))
