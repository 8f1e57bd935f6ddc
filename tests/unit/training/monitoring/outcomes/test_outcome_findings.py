"""When what came of predictions is an alarm, a note, or nothing to speak of."""

from __future__ import annotations

from features.reports.figures import Figure
from features.reports.monitor import EstimatedPerformance, Figures, ModelOutcomes, OutcomeWindow
from training.monitoring.outcomes.findings import findings_of_estimate, findings_of_outcomes

GOOD = {"auc": Figure(0.75, 0.72, 0.78), "log_loss": Figure(0.4, 0.38, 0.42), "level_error": Figure(0.01, -0.01, 0.03)}
BETTER = {"log_loss": Figure(-0.05, -0.07, -0.03)}


def outcomes(
    recent: Figures = GOOD, *, beside: Figures = BETTER, rows: int = 1_000, windows: list[OutcomeWindow] | None = None
) -> ModelOutcomes:
    promised = {"auc": Figure(0.76, 0.74, 0.78)}
    months = ["2025-01", "2025-02"]
    return ModelOutcomes("churn", 90, "prior", "log_loss", windows or [], 0, months, rows, rows // 5, recent, beside, promised)


def told(found: ModelOutcomes) -> list[tuple[str, str]]:
    return [(finding.level, finding.measure) for finding in findings_of_outcomes(found)]


def test_a_model_that_keeps_its_promise_is_left_alone() -> None:
    assert told(outcomes()) == []


def test_worse_than_the_prior_for_sure_is_an_alarm_and_not_better_a_note() -> None:
    worse, unsure = {"log_loss": Figure(0.02, 0.01, 0.03)}, {"log_loss": Figure(-0.01, -0.03, 0.01)}

    assert told(outcomes(beside=worse)) == [("alarm", "log_loss less that of prior")]
    assert told(outcomes(beside=unsure)) == [("note", "log_loss less that of prior")]


def test_ranking_surely_below_the_promise_is_an_alarm() -> None:
    assert told(outcomes(GOOD | {"auc": Figure(0.68, 0.65, 0.71)})) == [("alarm", "auc")]


def test_a_level_far_off_is_an_alarm_somewhat_off_a_note_and_unsure_nothing() -> None:
    measure = "total foretold over what came, less 1"

    assert told(outcomes(GOOD | {"level_error": Figure(0.06, 0.04, 0.08)})) == [("alarm", measure)]
    assert told(outcomes(GOOD | {"level_error": Figure(-0.03, -0.05, -0.01)})) == [("note", measure)]
    assert told(outcomes(GOOD | {"level_error": Figure(0.06, -0.01, 0.13)})) == []


def test_ends_that_hold_too_few_are_a_note() -> None:
    assert told(outcomes(GOOD | {"interval_coverage": Figure(0.6, 0.57, 0.63)})) == [("note", "interval_coverage")]


def test_of_too_few_nothing_is_judged() -> None:
    assert told(outcomes(GOOD | {"auc": Figure(0.5, 0.45, 0.55)}, rows=150)) == []


def test_months_that_cannot_be_told_are_a_note_with_the_reason() -> None:
    window = OutcomeWindow("2025-03", None, "2025-03-01", "s", "censored", None, "gone", 0, 0, 0, {}, {}, {}, {})

    (finding,) = findings_of_outcomes(outcomes(windows=[window]))

    assert (finding.level, finding.figure, "2025-03: gone" in finding.text) == ("note", 1, True)


def test_an_estimate_is_a_note_only_beyond_the_error_it_had_before() -> None:
    estimate = EstimatedPerformance("churn", "2025-03-01", 500, {"auc": 0.70}, [], {"auc": 0.02})

    assert [one.level for one in findings_of_estimate(estimate, Figure(0.76, 0.74, 0.78))] == ["note"]
    assert not list(findings_of_estimate(estimate, Figure(0.73, 0.71, 0.75)))
