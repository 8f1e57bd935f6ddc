"""That a model's card says what one must know before relying on it, and is the same for the same report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from training.gates import GateResult
from training.measures.resamples import Estimate
from training.records.candidates import stored_candidate
from training.records.card import first_line, model_card, model_card_opening
from training.records.report import GroupGrade, TrainingReport


@pytest.fixture
def report(trained_shop: Any) -> TrainingReport:
    report: TrainingReport = trained_shop.trained.report
    return report


def lines_of(card: str, chapter: str) -> list[str]:
    return card.split(f"## {chapter}\n", 1)[1].split("\n## ", 1)[0].splitlines()


def test_a_candidate_keeps_its_card_beside_its_report(trained_shop: Any, report: TrainingReport) -> None:
    stored = stored_candidate(trained_shop.home, "churn")

    assert (stored.folder / "model_card.md").read_text() == model_card(report)
    assert model_card(TrainingReport.from_json(report.to_json())) == model_card(report)


def test_a_card_shows_the_recipe_beside_every_baseline_with_intervals(report: TrainingReport) -> None:
    lines = lines_of(model_card(report), "How good it is")

    (header,) = [line for line in lines if line.startswith("| measure |")]
    (figures,) = [line for line in lines if line.startswith("| log_loss |")]
    assert header.strip("| ").split(" | ") == ["measure", "recipe", *report.baselines]
    assert report.pooled["recipe"]["log_loss"].text in figures
    assert all(report.pooled[name]["log_loss"].text in figures for name in report.baselines)


def test_a_card_shows_the_live_models_recipe_where_it_was_asked(report: TrainingReport) -> None:
    live = Estimate(0.5432, 0.5, 0.6)
    pooled = {**report.pooled, "champion": {"log_loss": live}}
    differences = {**report.differences, "champion": {"log_loss": Estimate(-0.0123, -0.02, -0.01)}}

    lines = lines_of(model_card(replace(report, pooled=pooled, differences=differences), []), "How good it is")

    (figures,) = [line for line in lines if line.startswith("| log_loss |")]
    assert figures.split(" | ")[2] == live.text
    assert "| champion | -0.0123 [-0.0200, -0.0100] |" in lines


def test_a_card_shows_stages_and_segments_and_no_chapter_where_there_are_none(report: TrainingReport) -> None:
    group = GroupGrade("segment", "small | new", 40, 9, 0.02, 0.03, Estimate(-0.01, -0.02, 0.0), 0.5, Estimate(0.9, 0.7, 1.0))

    lines = lines_of(model_card(replace(report, groups=[group])), "Stages and segments")

    assert lines[-1] == "| segment | small \\| new | 40 | 9 | 0.02 | 0.03 | 0.9000 [0.7000, 1.0000] |"
    assert "Stages and segments" not in model_card(replace(report, groups=[]), [])


def test_a_card_names_every_past_moment_and_every_snapshot_by_digest(report: TrainingReport) -> None:
    card = model_card(report)

    assert sum(line.startswith("| 2025-") for line in lines_of(card, "At each past moment")) == len(report.folds)
    assert all(f"`{digest}`" in card for digest in [report.data.log_digest, report.data.company, *report.data.snapshots.values()])


def test_a_card_says_the_grade_how_the_recipe_was_chosen_and_how_to_make_it_again(report: TrainingReport) -> None:
    card = model_card(report)

    assert report.grade is not None
    assert f"Grade {report.grade.letter}: {report.grade.words}." in card
    assert [line for line in lines_of(card, "The recipe, and how it was chosen") if line.endswith("| chosen |")]
    again = "\n".join(lines_of(card, "How to make it again"))
    assert f"lifecycle train churn --repeat {report.run_id}" in again
    assert report.conditions is not None
    assert f"lightgbm {report.conditions.environment.libraries['lightgbm']}" in again


def test_a_card_says_what_the_model_is_not_for_and_who_was_not_asked_about(report: TrainingReport) -> None:
    limits = "\n".join(lines_of(model_card(replace(report, data=replace(report.data, unknown_customers=7))), "Limits"))

    assert "Not asked about: who had left by then" in limits
    assert "7 whose own row was not known by then" in limits
    assert "Nobody may be refused service" in limits


def test_gates_that_are_given_stand_in_place_of_those_the_report_decides(report: TrainingReport) -> None:
    given = GateResult("latency", "refused", "9 ms | p99", "1 ms", "too slow")

    assert "enough_data" in model_card(report)
    lines = lines_of(model_card(report, [given]), "Gates")
    assert lines[-1] == "| refused | latency | 9 ms \\| p99 | 1 ms | too slow |"
    assert not [line for line in lines if "enough_data" in line]


def test_a_finding_of_many_lines_is_cut_and_says_so(report: TrainingReport) -> None:
    found = [{"stage": f"s{place}", "share": place / 30} for place in range(30)]

    lines = lines_of(model_card(replace(report, findings={"moves": [*found]})), "Findings")

    assert sum(line.startswith("| s") and "stage" not in line for line in lines) == 8
    assert "22 more in `report.json`." in lines


@pytest.mark.parametrize("characters", [700, 2000, 5000, 8000])
def test_an_opening_keeps_to_its_length_and_says_where_the_rest_stands(report: TrainingReport, characters: int) -> None:
    opening = model_card_opening(report, characters=characters)

    assert len(opening) <= characters
    assert opening.startswith(first_line(report))
    assert "model_card.md" in opening
