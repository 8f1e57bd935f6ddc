"""That a candidate is held against the recipe of the live model on the same rows, however its trees were grown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.company import Company
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.examples import stack_examples
from training.publishing.champion import champion_of
from training.publishing.later import compared_later, later_rows
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.churn.champion import ChampionAsked
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.questions.transition.question import TransitionQuestion
from training.questions.value.question import ValueQuestion
from training.records.report import CHAMPION
from training.train import TrainingRun, train

QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)
AT = parse_time("2025-12-24")


def test_the_live_recipe_asked_beside_itself_is_no_better_and_no_worse(promoted: Any) -> None:
    report = train(promoted.home, ChurnQuestion(promoted.company, QUICK), run=TrainingRun(AT)).report

    beside = report.differences[CHAMPION]["log_loss"]

    assert report.champion == champion_of(promoted.home, ChurnQuestion(promoted.company)).sha
    assert (beside.value, beside.low, beside.high) == (0.0, 0.0, 0.0)
    assert CHAMPION not in report.baselines


def test_a_live_recipe_with_other_trees_is_grown_again_in_the_same_folds(promoted: Any) -> None:
    recipe = {"blend": "trees", "members": {"boosting": 1.0}, "calibration": "none", "presets": {"boosting": vars(QUICK)}}
    grown_alike, otherwise = (ChurnQuestion(promoted.company, preset) for preset in (QUICK, replace(QUICK, rounds=3)))
    stacked = stack_examples(promoted.home, otherwise)

    contests = [question.contest(stacked, seed=0, champion=recipe) for question in (grown_alike, otherwise)]

    first, second = (np.concatenate([fold.answers[CHAMPION] for fold in contest.answered]) for contest in contests)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("question", [TransitionQuestion, ValueQuestion, PurchaseQuestion])
def test_every_question_asks_a_champion_of_its_own_recipe_the_same(
    promoted: Any, make_company: Callable[..., Company], question: Any
) -> None:
    asked = question(make_company(horizons_days=(90,)), preset=QUICK)
    stacked = stack_examples(promoted.home, asked)
    recipe = asked.contest(stacked, seed=0).recipe

    again = asked.contest(stacked, seed=0, champion=recipe)

    for fold in again.answered:
        assert np.array_equal(fold.answers[CHAMPION], fold.answers["recipe"])


def test_a_learned_blend_shares_its_weight_anew_in_every_fold() -> None:
    asked = ChampionAsked.of(
        {"blend": "learned", "members": {"slow": 0.6, "mbg_nbd": 0.4}, "calibration": "none", "presets": {"slow": vars(QUICK)}}
    )

    assert dict(asked.contender.members) == {"learned": 1.0}
    assert {"slow", "mbg_nbd", "logistic", "rfm_logistic", "prior"} <= set(asked.members)
    assert asked.with_own_trees().shipped == ("boosting", "mbg_nbd")


def test_a_live_model_for_another_horizon_is_no_champion(promoted: Any, make_company: Callable[..., Company]) -> None:
    other = ChurnQuestion(make_company(horizons_days=(30, 60)))

    assert champion_of(promoted.home, other) is None


def test_without_rows_later_than_both_models_labels_nothing_is_compared(promoted: Any) -> None:
    report = train(promoted.home, ChurnQuestion(promoted.company, QUICK), run=TrainingRun(AT, seed=5)).report

    found = compared_later(promoted.home, ChurnQuestion(promoted.company), report)

    assert found is None
    assert later_rows(found).verdict == "passed"


def test_models_of_earlier_days_are_compared_on_months_that_neither_has_seen(shop: Any) -> None:
    earlier = parse_time("2025-09-05")
    question = ChurnQuestion(shop.company, QUICK)
    for seed in (1, 2):
        trained = train(shop.home, question, run=TrainingRun(AT + seed * DAY, as_of=earlier, seed=seed))
        if seed == 1:
            promote(shop.home, "churn", act=Act(shop.signing_key, AT, "small", "a1"), run_id=trained.run_id)

    found = compared_later(shop.home, question, trained.report)

    assert found is not None
    assert min(found.months) >= trained.report.data.as_of + 90 * DAY
    assert found.difference.low <= found.difference.value <= found.difference.high
    assert str(found.rows) in later_rows(found).figure


def test_a_learned_blend_of_a_contract_company_is_grown_again_without_a_rhythm(
    promoted: Any, make_company: Callable[..., Company]
) -> None:
    terms = make_company().churn.model_copy(update={"definition": "contract"})
    company = make_company().model_copy(update={"churn": terms})
    recipe = {"blend": "learned", "members": {"boosting": 1.0}, "calibration": "none", "presets": {"boosting": vars(QUICK)}}
    question = ChurnQuestion(company, replace(QUICK, rounds=3))
    stacked = stack_examples(promoted.home, ChurnQuestion(promoted.company))

    contest = question.contest(stacked, seed=0, champion=recipe)

    assert all(CHAMPION in fold.answers for fold in contest.answered)
