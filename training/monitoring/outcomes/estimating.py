"""What are the newest predictions to be expected to be worth before their outcome is known, and how far was that off before.

The estimate trusts the probabilities, so its error at every month whose outcome is known stands beside it; where none is known
yet, that at the past moments of training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.reports.monitor import EstimatedPerformance, EstimateError, ModelOutcomes, OutcomeWindow
from features.times import format_time
from training.monitoring.outcomes.judging import judge_of
from training.monitoring.outcomes.promises import report_of
from training.monitoring.publications import Watched
from training.questions.estimated import ESTIMATED
from training.records.report import CHOSEN, Finding, FoldGrade, TrainingReport


def estimated_of(watched: Watched, outcomes: ModelOutcomes) -> EstimatedPerformance | None:
    """Return what the live predictions of a model let expect, beside the errors of such estimates; None for amounts."""
    model, judge = outcomes.model, judge_of(outcomes.model, log=watched.log, company=watched.company)
    said = judge.said(watched.predictions)
    answered = said[np.isfinite(said[:, 0])]
    estimated = judge.expected(answered) if len(answered) else {}
    if not estimated:
        return None
    errors = [_of_window(window) for window in outcomes.windows if window.estimated]
    errors = errors or _of_training(report_of(watched.home, watched.live.models[model]))
    return EstimatedPerformance(
        model=model,
        as_of=format_time(watched.predictions.origin.as_of),
        customers=len(answered),
        estimated=estimated,
        errors=errors,
        largest_error={name: largest for name in estimated if (largest := _largest(errors, name)) is not None},
    )


def _of_window(window: OutcomeWindow) -> EstimateError:
    realised = {name: window.measures[name].value for name in window.estimated if name in window.measures}
    return EstimateError(str(window.as_of), "outcomes", window.estimated, realised)


def _of_training(report: TrainingReport | None) -> list[EstimateError]:
    if report is None:
        return []
    lines = {line["origin"]: line for line in report.findings.get(ESTIMATED, [])}
    return [_of_fold(fold, lines[fold.origin]) for fold in report.folds if fold.origin in lines]


def _of_fold(fold: FoldGrade, line: Finding) -> EstimateError:
    estimated = {name: float(figure) for name, figure in line.items() if name != "origin" and figure is not None}
    realised = {name: fold.measures[CHOSEN][name].value for name in estimated if name in fold.measures[CHOSEN]}
    return EstimateError(format_time(fold.origin), "training", estimated, realised)


def _largest(errors: Sequence[EstimateError], name: str) -> float | None:
    off = [abs(each.realised[name] - each.estimated[name]) for each in errors if name in each.realised]
    return max(off, default=None)
