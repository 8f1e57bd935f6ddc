"""Which candidates pass, which are held for a person, which are refused, and that every verdict speaks in figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.measures.resamples import Estimate
from training.publishing.gates import (
    GateResult,
    PromotionRefused,
    better_than_least,
    blocked,
    enough_data,
    golden_rows,
    not_worse_than_baseline,
    plausible,
    report_gates,
    same_question,
    same_schema,
)
from training.records.report import FeatureGrade, TrainingData, TrainingReport

DATA = TrainingData(0, "l" * 64, "c" * 64, "f" * 64, "n" * 64, {}, 1000, 500, 0, {"90": 0.2})


def estimate(value: float, *, spread: float = 0.002) -> Estimate:
    return Estimate(value, value - spread, value + spread)


def report(*, against_prior: float = -0.1, against_mbg: float = -0.01, auc: float = 0.8, alone: float = 0.7) -> TrainingReport:
    losses = {"recipe": 0.4, "prior": 0.5, "rfm_logistic": 0.45, "mbg_nbd": 0.41}
    pooled = {name: {"log_loss": estimate(loss), "auc": estimate(auc)} for name, loss in losses.items()}
    differences = {"prior": against_prior, "rfm_logistic": -0.05, "mbg_nbd": against_mbg}
    return TrainingReport(
        model="churn", model_sha="m" * 64, run_id="run", trained_at=0, definition="activity", horizon_days=90, seed=0, data=DATA,
        main_measure="log_loss", pooled=pooled, folds=[],
        differences={name: {"log_loss": estimate(value)} for name, value in differences.items()},
        contenders=[], horizons={}, features_alone=[FeatureGrade("usage_count_30d", alone)], test_rows=900, test_positives=200,
        refitted_rows=1000,
    )  # fmt: skip


def verdicts(results: list[GateResult]) -> dict[str, str]:
    return {result.name: result.verdict for result in results}


def test_a_good_candidate_passes_every_gate() -> None:
    assert blocked(report_gates(report())) == []


@pytest.mark.parametrize(("against_mbg", "verdict"), [(0.0029, "passed"), (0.003, "refused"), (0.02, "refused")])
def test_the_best_named_baseline_may_not_be_better_by_more_than_the_limit(against_mbg: float, verdict: str) -> None:
    result = not_worse_than_baseline(report(against_mbg=against_mbg))

    assert result.verdict == verdict
    assert "mbg_nbd" in result.figure
    assert "0.005" in result.limit


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


def test_other_columns_than_those_served_are_refused_by_name_and_no_override_opens_that() -> None:
    result = same_schema(["s", "a", "b"], ["s", "a", "c"])

    assert (result.verdict, result.absolute) == ("refused", True)
    assert "b, c" in result.reason


@pytest.mark.parametrize("served", [["s", "b", "a"], ["other meaning", "a", "b"]])
def test_the_same_columns_in_another_order_or_meaning_are_refused(served: list[str]) -> None:
    assert same_schema(["s", "a", "b"], served).verdict == "refused"
    assert same_schema(served, served).verdict == "passed"


def test_a_model_for_other_horizons_is_refused_naming_what_differs() -> None:
    asked = {"definition": "activity", "horizons_days": [30, 90]}

    assert same_question(asked, asked).verdict == "passed"
    assert "horizons_days" in same_question(asked, {**asked, "horizons_days": [30, 60]}).reason


def test_a_failed_trial_is_the_reason_itself() -> None:
    assert golden_rows("it died").reason == "it died"
    assert golden_rows(None).verdict == "passed"


def test_a_refusal_lists_every_gate_that_did_not_pass() -> None:
    refusal = PromotionRefused(report_gates(report(against_mbg=0.1, auc=0.99)))

    assert verdicts(blocked(refusal.results)) == {"not_worse_than_baseline": "refused", "plausible": "held"}
    assert "mbg_nbd" in str(refusal)
    assert "held for review" in str(refusal)
    assert refusal.exit_code == 6


def test_a_report_survives_its_file() -> None:
    assert TrainingReport.from_json(report().to_json()) == report()
