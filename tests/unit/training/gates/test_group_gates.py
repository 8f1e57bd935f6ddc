"""That a recipe which is wrong about one stage, or overlooks one segment, is refused by the name of that group."""

from __future__ import annotations

import pytest

from training.gates.groups import four_fifths, level_by_group
from training.measures.resamples import Estimate
from training.records.report import FoldGrade, GroupGrade, TrainingData, TrainingReport

DATA = TrainingData(0, "l" * 64, "c" * 64, "f" * 64, "n" * 64, {}, 1000, 500, 0, {"90": 0.2})
FOLD = FoldGrade(0, 500, 500, 0.2, {})


def stage(name: str, *, further_off: float) -> GroupGrade:
    return GroupGrade("stage", name, 400, 90, 0.05, 0.05, Estimate(further_off, further_off - 0.005, further_off + 0.005))


def segment(name: str, *, found: float, low: float, high: float) -> GroupGrade:
    level = Estimate(-0.01, -0.02, 0.0)
    return GroupGrade(
        "segment", name, 400, 90, 0.05, 0.06, level, found_share=0.5 * found, found_ratio=Estimate(found, low, high)
    )


def report(*groups: GroupGrade, model: str = "churn") -> TrainingReport:
    return TrainingReport(
        model=model, model_sha="m" * 64, run_id="run", trained_at=0, definition="activity", horizon_days=90, seed=0, data=DATA,
        main_measure="log_loss", pooled={}, differences={}, folds=[FOLD], contenders=[], horizons={}, features_alone=[],
        test_rows=900, test_positives=200, refitted_rows=1000, groups=list(groups),
    )  # fmt: skip


@pytest.mark.parametrize(("further_off", "verdict"), [(-0.03, "passed"), (0.0149, "passed"), (0.0151, "refused")])
def test_a_stage_whose_level_is_further_off_for_sure_than_last_periods_is_refused_by_name(
    further_off: float, verdict: str
) -> None:
    result = level_by_group(report(stage("growth", further_off=-0.02), stage("decline", further_off=further_off)))

    assert result.verdict == verdict
    assert verdict == "passed" or "decline" in result.reason
    assert f"{further_off:+.4g}" in result.figure or verdict == "passed"


def test_the_level_of_money_may_be_off_by_a_share_of_what_came() -> None:
    off = stage("growth", further_off=0.0149)

    assert level_by_group(report(off)).verdict == "passed"
    assert level_by_group(report(off, model="value")).limit == "interval reaches below +0.01"


@pytest.mark.parametrize(("high", "verdict"), [(0.95, "passed"), (0.8, "passed"), (0.79, "refused")])
def test_a_segment_found_less_than_four_fifths_as_often_for_sure_is_refused_by_name(high: float, verdict: str) -> None:
    result = four_fifths(report(segment("small", found=0.7, low=0.6, high=high), segment("solo", found=1.0, low=1.0, high=1.0)))

    assert (result.verdict, result.waivable, result.absolute) == (verdict, True, False)
    assert "segment small: 35%" in result.figure
    assert "of segment solo" in result.figure


def test_without_two_segments_to_compare_nobody_is_overlooked() -> None:
    assert four_fifths(report(stage("growth", further_off=0.0))).verdict == "passed"
    assert level_by_group(report()).verdict == "passed"
