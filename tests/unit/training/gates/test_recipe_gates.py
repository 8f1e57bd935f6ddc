"""Which candidates pass, which are held for a person, which are refused, and that every verdict speaks in figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.times import DAY
from training.gates import GateResult, PromotionRefused, blocked, report_gates
from training.gates.recipe import (
    better_than_baselines,
    better_than_least,
    enough_data,
    not_worse_than_champion,
    plausible,
    stable,
)
from training.measures.resamples import Estimate
from training.records.report import FeatureGrade, FoldGrade, TrainingData, TrainingReport

DATA = TrainingData(0, "l" * 64, "c" * 64, "f" * 64, "n" * 64, {}, 1000, 500, 0, {"90": 0.2})


def estimate(value: float, *, spread: float = 0.002) -> Estimate:
    return Estimate(value, value - spread, value + spread)


def fold(month: int, *, against_prior: float) -> FoldGrade:
    beside = {"prior": {"log_loss": estimate(against_prior)}}
    return FoldGrade(month * 31 * DAY, 500, 200, 0.2, {}, beside)


def report(
    *,
    against_prior: float = -0.1,
    against_mbg: float = -0.01,
    auc: float = 0.8,
    alone: float = 0.7,
    months: tuple[float, ...] = (-0.1, -0.1, -0.1),
) -> TrainingReport:
    losses = {"recipe": 0.4, "prior": 0.5, "rfm_logistic": 0.45, "mbg_nbd": 0.41}
    pooled = {name: {"log_loss": estimate(loss), "auc": estimate(auc)} for name, loss in losses.items()}
    differences = {"prior": against_prior, "rfm_logistic": -0.05, "mbg_nbd": against_mbg}
    folds = [fold(place, against_prior=value) for place, value in enumerate(months)]
    return TrainingReport(
        model="churn", model_sha="m" * 64, run_id="run", trained_at=0, definition="activity", horizon_days=90, seed=0, data=DATA,
        main_measure="log_loss", pooled=pooled, folds=folds,
        differences={name: {"log_loss": estimate(value)} for name, value in differences.items()},
        contenders=[], horizons={}, features_alone=[FeatureGrade("usage_count_30d", alone)], test_rows=900, test_positives=200,
        refitted_rows=1000,
    )  # fmt: skip


def verdicts(results: list[GateResult]) -> dict[str, str]:
    return {result.name: result.verdict for result in results}


def test_a_good_candidate_passes_every_gate() -> None:
    assert blocked(report_gates(report())) == []


@pytest.mark.parametrize(
    ("against_mbg", "verdict"), [(-0.001, "passed"), (0.0, "passed"), (0.0001, "refused"), (0.02, "refused")]
)
def test_no_named_baseline_may_be_better_over_all_past_moments(against_mbg: float, verdict: str) -> None:
    result = better_than_baselines(report(against_mbg=against_mbg))

    assert result.verdict == verdict
    assert "mbg_nbd" in result.figure
    assert "0.005" in result.limit


def test_a_gain_over_a_baseline_that_may_as_well_be_a_loss_is_refused() -> None:
    unsure = report()
    unsure.differences["mbg_nbd"]["log_loss"] = Estimate(-0.001, -0.01, 0.006)

    assert better_than_baselines(unsure).verdict == "refused"


def test_where_nothing_is_live_there_is_no_champion_to_be_worse_than() -> None:
    assert not_worse_than_champion(report()).verdict == "passed"


@pytest.mark.parametrize(("against", "verdict"), [(-0.01, "passed"), (0.0029, "passed"), (0.0031, "refused")])
def test_a_recipe_that_may_be_worse_than_the_live_one_is_refused_with_the_figure(against: float, verdict: str) -> None:
    beside = report()
    pooled = {**beside.pooled, "champion": {"log_loss": estimate(0.4)}}
    live = replace(
        beside, champion="c" * 64, pooled=pooled, differences={**beside.differences, "champion": {"log_loss": estimate(against)}}
    )

    result = not_worse_than_champion(live)

    assert result.verdict == verdict
    assert f"{against:+.4f}" in result.figure
    assert "champion" not in live.baselines


def test_a_live_recipe_that_could_not_be_fitted_again_is_for_a_person_to_judge() -> None:
    assert not_worse_than_champion(replace(report(), champion="c" * 64)).verdict == "held"


@pytest.mark.parametrize(("months", "verdict"), [((-0.1, 0.001, -0.1), "passed"), ((-0.2, 0.01, -0.2), "refused")])
def test_a_month_that_was_worse_for_sure_than_one_rate_for_all_is_refused_by_name(
    months: tuple[float, ...], verdict: str
) -> None:
    result = stable(report(months=months))

    assert result.verdict == verdict
    assert "1970-02" in result.figure


def test_a_model_whose_gain_over_the_prior_may_be_luck_is_refused() -> None:
    assert better_than_least(report(against_prior=-0.003)).verdict == "passed"
    assert better_than_least(report(against_prior=-0.001)).verdict == "refused"


@pytest.mark.parametrize(("auc", "alone"), [(0.971, 0.7), (0.96, 0.951)])
def test_what_is_too_good_to_be_true_is_held_and_names_the_feature(auc: float, alone: float) -> None:
    result = plausible(report(auc=auc, alone=alone))

    assert result.verdict == "held"
    assert "usage_count_30d" in result.reason
    assert f"{alone:.3f}" in result.reason


@pytest.mark.parametrize(("rows", "leavers"), [(199, 100), (900, 49), (900, 851)])
def test_too_few_graded_customers_are_refused(rows: int, leavers: int) -> None:
    result = enough_data(replace(report(), test_rows=rows, test_positives=leavers))

    assert result.verdict == "refused"
    assert str(leavers) in result.figure


def test_where_nobody_graded_left_the_refusal_says_so_though_no_auc_can_be_taken() -> None:
    one_sided = replace(
        report(), test_positives=0, pooled={"recipe": {"log_loss": estimate(0.1)}, "prior": {"log_loss": estimate(0.1)}}
    )

    found = verdicts(report_gates(one_sided))

    assert (found["enough_data"], found["plausible"]) == ("refused", "held")


def test_a_refusal_lists_every_gate_that_did_not_pass() -> None:
    refusal = PromotionRefused(report_gates(report(against_mbg=0.1, auc=0.99)))

    assert verdicts(blocked(refusal.results)) == {"better_than_baselines": "refused", "plausible": "held"}
    assert "mbg_nbd" in str(refusal)
    assert "held for review" in str(refusal)
    assert refusal.exit_code == 6


def test_a_report_survives_its_file() -> None:
    assert TrainingReport.from_json(report().to_json()) == report()
