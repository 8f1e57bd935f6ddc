"""That a tuned way to grow trees competes where it may, changes nothing where it is not taken, and is reported either way."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from features.company import Company
from features.home import Home
from models.learners.boosting import BoostingPreset
from training.examples import StackedExamples
from training.questions.churn.question import ChurnQuestion
from training.questions.churn.recipes import ways_to_grow
from training.questions.offer.question import OfferQuestion
from training.questions.purchase import PurchaseQuestion
from training.train import TrainingRun, train
from training.tuning import verdict as verdict_room
from training.tuning.asked import regrown
from training.tuning.tune import Tuning, tune

FOUND = BoostingPreset(leaves=5)
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


def never(trials: int) -> float:
    del trials
    return float("inf")


def surely(trials: int) -> float:
    del trials
    return 0.0


def test_of_churn_the_tuned_way_competes_beside_the_named_ones(month_company: Company) -> None:
    question = regrown(ChurnQuestion(month_company), FOUND)

    assert question.preset == FOUND
    assert ways_to_grow(question.preset, beside=question.beside) == ("shallow", "deep", "slow", "boosting")


def test_elsewhere_it_stands_in_the_place_of_the_usual_one(month_company: Company) -> None:
    assert regrown(PurchaseQuestion(month_company), FOUND) == PurchaseQuestion(month_company, FOUND)
    assert regrown(ChurnQuestion(month_company, BoostingPreset(leaves=9)), FOUND) == ChurnQuestion(month_company, FOUND)


def test_a_way_that_is_not_taken_leaves_the_question_as_it_was(
    long_stacked: StackedExamples, quick_churn: ChurnQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict_room, "_quantile", never)

    tuned = tune(quick_churn, long_stacked, tuning=Tuning(3, seed=0))

    assert tuned.question == quick_churn
    assert tuned.findings["tuning"][0]["taken"] == 0
    assert tuned.findings["tuning"][0]["leaves"] == 4


def test_a_way_that_is_taken_is_what_the_question_is_asked_with(
    long_stacked: StackedExamples, quick_churn: ChurnQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict_room, "_quantile", surely)
    monkeypatch.setattr(verdict_room, "WORTH_IT", 0.0)
    poor = replace(quick_churn, preset=BoostingPreset(leaves=2, rounds=60, learning_rate=0.001, bag=1))

    tuned = tune(poor, long_stacked, tuning=Tuning(4, seed=0))

    verdict, *trials = tuned.findings["tuning"]
    best = min((line for line in trials if not line["given_up"]), key=lambda line: float(line["loss"] or 0))
    assert [line["trial"] for line in trials] == [0, 1, 2, 3]
    assert verdict["taken"] == 1
    assert best["trial"] == verdict["best_trial"] != 0
    ways = ({name: line[name] for name in asdict(QUICK)} for line in (best, verdict))
    assert all(BoostingPreset(**way) == tuned.question.preset for way in ways)


def test_a_history_too_short_to_tune_is_trained_as_ever_and_says_so(shop: Any) -> None:
    said: list[str] = []
    question = ChurnQuestion(shop.company, QUICK)

    trained = train(shop.home, question, run=TrainingRun(9, tune=5), say=said.append)

    assert trained.model_sha == shop.trained.model_sha
    assert str(trained.report.findings["tuning"][0]["reason"]).startswith("not tuned: needed 2 past moments")
    assert any(line.startswith("not tuned") for line in said)
    assert not shop.home.tuning.exists()


def test_a_second_training_uses_the_trials_of_the_first(
    long_home: Home, long_stacked: StackedExamples, quick_churn: ChurnQuestion
) -> None:
    said: list[str] = []
    first = tune(quick_churn, long_stacked, tuning=Tuning(3, seed=5, home=long_home))

    second = tune(quick_churn, long_stacked, tuning=Tuning(4, seed=5, home=long_home), say=said.append)

    assert second.findings["tuning"][1:4] == first.findings["tuning"][1:]
    assert [line.split(":")[1] for line in said] == [" trial 4 of 4"]


@pytest.mark.parametrize("changed", [{"seed": 6}, {"leaves": 3}])
def test_trials_of_another_search_are_not_taken_for_its_own(
    changed: dict[str, int], long_home: Home, long_stacked: StackedExamples, quick_churn: ChurnQuestion
) -> None:
    said: list[str] = []
    tune(quick_churn, long_stacked, tuning=Tuning(1, seed=7, home=long_home))
    preset = replace(quick_churn.preset, leaves=changed.get("leaves", 4)) if quick_churn.preset else None

    tuning = Tuning(1, seed=changed.get("seed", 7), home=long_home)
    tune(replace(quick_churn, preset=preset), long_stacked, tuning=tuning, say=said.append)

    assert len(said) == 1


def test_the_trees_of_the_offer_model_are_not_tuned(month_company: Company) -> None:
    question = OfferQuestion(month_company)

    tuned = tune(question, None, tuning=Tuning(5, seed=0))  # type: ignore[arg-type] (nothing is read of what was stacked)

    assert tuned.question is question
    assert tuned.findings["tuning"][0]["reason"] == "not tuned: the trees of the offer model are fixed"
