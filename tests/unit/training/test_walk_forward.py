"""That every model is asked about the same customers, knows nothing later than it may, and is chosen by the stated rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.times import DAY
from models.learners.blend import blended
from models.learners.boosting import BoostingPreset
from training.contest import Contest
from training.examples import StackedExamples, stack_examples
from training.folds import walk_forward_folds
from training.questions.churn import members as members_room
from training.questions.churn.chances import Chances
from training.questions.churn.learned_weights import LEARNED
from training.questions.churn.question import ChurnQuestion
from training.questions.churn.recipes import Contender, choose, contenders, members_to_fit
from training.questions.churn.walk import Walked
from training.records.report import CHOSEN
from training.train import TrainingRun, train
from training.walk_forward import walk

QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@pytest.fixture(scope="module")
def stacked(trained_shop: Any) -> StackedExamples:
    return stack_examples(trained_shop.home, ChurnQuestion(trained_shop.company))


@pytest.fixture(scope="module")
def question(trained_shop: Any) -> ChurnQuestion:
    return ChurnQuestion(trained_shop.company, QUICK)


@pytest.fixture(scope="module")
def contest(stacked: StackedExamples, question: ChurnQuestion) -> Contest:
    return question.contest(stacked, seed=0)


@pytest.fixture(scope="module")
def walked(contest: Contest) -> Walked:
    found: Walked = contest.chosen
    return found


@pytest.fixture(scope="module")
def chances(walked: Walked) -> Chances:
    return walked.chances


def test_every_member_and_rule_answers_for_everybody_tested_at_the_main_horizon(walked: Walked) -> None:
    for each in walked.first.folds:
        assert set(each.answers) == {*members_to_fit("activity"), "health", "rfmt", LEARNED}
        assert all(odds.shape == each.labels.shape == (len(each.fold.test), 1) for odds in each.answers.values())


def test_the_other_horizons_are_answered_by_what_was_chosen_alone(walked: Walked) -> None:
    for each, first in zip(walked.chances.folds, walked.first.folds, strict=True):
        assert set(each.answers) - {LEARNED} == set(walked.members)
        assert all(odds.shape == each.labels.shape == (len(each.fold.test), 3) for odds in each.answers.values())
        assert all(np.array_equal(each.answers[name][:, [2]], first.answers[name], equal_nan=True) for name in walked.members)


def test_what_happens_after_an_origin_changes_no_answer_given_at_it(
    stacked: StackedExamples, question: ChurnQuestion, walked: Walked
) -> None:
    examples = stacked.examples
    origin = walked.first.folds[1].fold.origin
    still_open = examples.as_ofs + question.gap_days * DAY > origin
    other = np.where(still_open[:, None], 1 - examples.labels, examples.labels)
    changed = replace(stacked, examples=replace(examples, labels=other), told_by=lambda at: other[: len(stacked.told_by(at))])

    again = question.walked(changed, seed=0).first

    for name, odds in walked.first.folds[1].answers.items():
        assert np.array_equal(odds, again.folds[1].answers[name], equal_nan=True)


def test_a_fold_holds_the_labels_of_earlier_folds_as_they_were_told_by_its_origin(
    stacked: StackedExamples, question: ChurnQuestion
) -> None:
    wrong = replace(stacked, told_by=lambda at: 1 - stacked.told_by(at))

    first, *_, last = walk(wrong, lambda _, rows: {"prior": np.zeros((len(rows), 3))}, gap_days=question.gap_days, seed=0)

    assert not first.told
    assert np.array_equal(last.told[first.fold.origin], 1 - first.labels)


def test_a_moment_by_which_nobody_had_left_yet_does_not_keep_later_ones_from_being_graded(
    stacked: StackedExamples, question: ChurnQuestion
) -> None:
    first, *others = walk_forward_folds(stacked.examples.as_ofs, gap_days=question.gap_days)
    calm = replace(stacked, told_by=lambda at: stacked.told_by(at) * (at > first.origin))

    folds = walk(calm, lambda _, rows: {"prior": np.zeros((len(rows), 3))}, gap_days=question.gap_days, seed=0)

    assert [each.fold.origin for each in folds] == [each.origin for each in others]


def test_the_longer_the_silence_asked_for_the_rarer_it_is(chances: Chances, contest: Contest) -> None:
    for place in range(len(chances.folds)):
        found = chances.probabilities(contest.chosen.chosen, place)
        assert (np.diff(found, axis=1) <= 1e-12).all()


def test_a_blend_is_the_weighted_mean_of_its_members_log_odds(walked: Walked) -> None:
    last = walked.first.folds[-1]
    contender = Contender("trees_mbg_nbd", (("boosting", 0.7), ("mbg_nbd", 0.3)))

    found = walked.first.log_odds(contender, len(walked.first.folds) - 1)[:, 0]

    answers = {name: odds[:, 0] for name, odds in last.answers.items()}
    assert np.array_equal(found, blended(answers, contender.members, otherwise=float(last.answers["prior"][0, 0])))


def test_too_few_repeat_purchases_leave_the_rhythm_out_and_the_report_says_so(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fit_churn = members_room.fit_churn

    def without_rhythm(examples: Any, *, recipe: Any, seed: int) -> Any:
        if "mbg_nbd" in dict(recipe.members):
            raise members_room.TooFewPurchases("nobody came back")
        return fit_churn(examples, recipe=recipe, seed=seed)

    monkeypatch.setattr(members_room, "fit_churn", without_rhythm)
    trained = train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(trained_at=1))

    assert trained.report.left_out == ("mbg_nbd",)
    assert "mbg_nbd" not in trained.report.pooled
    assert all("mbg_nbd" not in contender.name for contender in trained.report.contenders)


def test_the_same_log_seed_and_recipe_give_the_same_model_byte_for_byte(shop: Any) -> None:
    again = train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(trained_at=2))

    assert again.model_sha == shop.trained.model_sha
    assert again.report.pooled == shop.trained.report.pooled


def test_recipe_and_baselines_are_graded_on_the_same_rows(trained_shop: Any) -> None:
    report = trained_shop.trained.report

    assert set(report.pooled) == {CHOSEN, "prior", "rfm_logistic", "mbg_nbd", "health", "rfmt"}
    assert sum(fold.test_rows for fold in report.folds) == report.test_rows
    losses = [fold.measures["mbg_nbd"]["log_loss"].value * fold.test_rows for fold in report.folds]
    assert report.pooled["mbg_nbd"]["log_loss"].value == pytest.approx(sum(losses) / report.test_rows)


def test_the_contenders_of_a_contract_have_no_rhythm() -> None:
    members = {name for each in contenders(members_to_fit("contract")) for name, _ in each.members}

    assert members == {"boosting", "logistic", "rfm_logistic", LEARNED}


def test_a_calibration_must_pay_and_does_not_rescue_a_worse_blend() -> None:
    one, other = (("boosting", 1.0),), (("boosting", 0.7), ("logistic", 0.3))
    losses = {Contender("a", one): 0.50, Contender("b", other): 0.51, Contender("b", other, "platt"): 0.40}

    assert choose(losses) == Contender("a", one)
    assert choose({**losses, Contender("a", one, "isotonic"): 0.4979}).calibration == "isotonic"
