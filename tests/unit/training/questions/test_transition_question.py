"""The question of stages, trained once on a small shop: chosen by log-loss, graded beside its baselines, told in findings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.home import Home
from models.bundle.models import check_golden_rows, load_model
from models.learners.boosting import BoostingPreset
from models.transition import BASELINES, TransitionModel
from training.examples import StackedExamples, stack_examples
from training.folds import HistoryTooShort
from training.gates import report_gates
from training.questions.registry import asked, question_for
from training.questions.transition.question import TransitionQuestion
from training.questions.transition.recipes import BLENDS, blended
from training.records.candidates import stored_candidate
from training.records.report import CHOSEN
from training.train import TrainedModel, TrainingRun, train

QUICK = BoostingPreset(leaves=4, rounds=10, bag=1)


@pytest.fixture(scope="module")
def question(trained_shop: Any) -> TransitionQuestion:
    return TransitionQuestion(trained_shop.company, QUICK)


@pytest.fixture(scope="module")
def stacked(trained_shop: Any, question: TransitionQuestion) -> StackedExamples:
    return stack_examples(trained_shop.home, question)


@pytest.fixture(scope="module")
def home(trained_shop: Any, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy, since the shop that all tests share has no candidate but its own."""
    folder = tmp_path_factory.mktemp("stages")
    shutil.copytree(trained_shop.home.root, folder, dirs_exist_ok=True)
    return Home(folder)


@pytest.fixture(scope="module")
def trained(home: Home, question: TransitionQuestion) -> TrainedModel:
    return train(home, question, run=TrainingRun(trained_at=1))


def test_the_blend_of_lowest_log_loss_is_chosen_and_graded_beside_the_named_baselines(trained: TrainedModel) -> None:
    report = trained.report
    best = min(report.contenders, key=lambda each: each.loss)

    assert best.chosen
    assert trained.model.name == best.name
    assert set(report.pooled) == {CHOSEN, *BASELINES}
    assert report.pooled[CHOSEN]["log_loss"].value == pytest.approx(best.loss)


def test_it_knows_more_than_that_customers_stay(trained: TrainedModel) -> None:
    assert trained.report.differences["persistence"]["log_loss"].high < 0


def test_the_shares_that_went_and_the_chances_that_were_said_add_up_to_one(trained: TrainedModel) -> None:
    for column in ("share", "said"):
        sums: dict[Any, float] = {}
        for line in trained.report.findings["moves"]:
            key = (line["horizon_days"], line["from"])
            sums[key] = sums.get(key, 0.0) + float(line[column] or 0.0)
        assert list(sums.values()) == pytest.approx([1.0] * len(sums))


def test_signals_name_a_group_and_its_strongest_feature_for_moves_that_were_made(trained: TrainedModel) -> None:
    for line in trained.report.findings["signals"]:
        assert line["from"] != line["to"]
        assert {"signal", "pull", "feature", "moved", "stayed"} <= set(line)
    assert {line["stage_set"] for line in trained.report.findings["flicker"]} == {"growth_curve", "funnel", "success_phases"}


def test_what_the_folds_blend_is_what_the_shipped_model_answers(question: TransitionQuestion, stacked: StackedExamples) -> None:
    members, rows = question._members, stacked.examples.rows[-40:]

    answers = members.answer(seed=0)(stacked.examples, rows)

    model = question.fit(stacked, _chose(members.recipe("thirds", BLENDS["thirds"])), seed=0)
    assert np.allclose(model.chances(rows, names=stacked.examples.names), blended(answers, BLENDS["thirds"]), atol=1e-12)


def test_a_moment_until_which_all_came_to_one_stage_tells_nothing(question: TransitionQuestion, stacked: StackedExamples) -> None:
    examples = stacked.examples
    alike = replace(examples, labels=np.ones_like(examples.labels))

    assert question._members.answer(seed=0)(alike, examples.rows) == {}
    with pytest.raises(HistoryTooShort, match="two stages or more"):
        question.contest(replace(stacked, examples=alike, told_by=lambda _: alike.labels), seed=0)


def test_the_stored_model_repeats_its_answers_and_scores_every_stage(trained: TrainedModel, home: Home) -> None:
    check_golden_rows(home, trained.model_sha)
    model = load_model(home, trained.model_sha)

    assert isinstance(model, TransitionModel)
    columns = model.score(np.full((2, len(model.feature_names)), np.nan, np.float32), names=model.feature_names)
    assert {f"transition_90_{stage}" for stage in model.stages} | {"transition_days_left"} < set(columns)


def test_its_report_passes_through_the_gates(trained: TrainedModel) -> None:
    verdicts = {gate.name: gate.verdict for gate in report_gates(trained.report)}

    assert verdicts["better_than_persistence"] == "passed"


def test_its_pictures_stand_beside_their_figures(trained: TrainedModel, home: Home) -> None:
    folder = stored_candidate(home, "transition", run_id=trained.run_id).folder / "pictures"

    assert {file.name for file in folder.iterdir()} == {"moves.csv", "heat_map.png", "heat_map.svg", "sankey.png", "sankey.svg"}
    assert (folder / "moves.csv").read_text().splitlines()[0].startswith("horizon_days,from,to,rows,share,said")


def test_other_stage_rules_ask_another_question(trained_shop: Any) -> None:
    company = trained_shop.company

    assert isinstance(question_for("transition", company), TransitionQuestion)
    assert asked("transition", company)["definition"] == "growth_curve"
    assert "purchases_days_since_last > 365" in str(asked("transition", company)["stages"])


def _chose(recipe: Any) -> Any:
    return type("Chose", (), {"chosen": recipe})()
