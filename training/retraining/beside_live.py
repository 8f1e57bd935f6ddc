"""How does a candidate stand beside the live model: the figures of both recipes on the same rows of the same past moments."""

from __future__ import annotations

from features.reports.figures import Figure
from features.reports.retrain import BesideLive, PastMoment
from features.times import format_time
from training.measures.resamples import Estimate
from training.records.report import CHAMPION, CHOSEN, FoldGrade, TrainingReport


def beside_live(report: TrainingReport) -> BesideLive | None:
    """Return the main measure of both with intervals, and their paired difference; None where the live one was not asked."""
    if report.champion is None or CHAMPION not in report.differences:
        return None
    return BesideLive(
        model_sha=report.champion,
        live=_figure(report.pooled[CHAMPION][report.main_measure]),
        difference=_figure(report.differences[CHAMPION][report.main_measure]),
        moments=[_moment(fold, report.main_measure) for fold in report.folds if CHAMPION in fold.measures],
    )


def figure(report: TrainingReport) -> Figure:
    """Return the main measure of a recipe, pooled over its past moments."""
    return _figure(report.pooled[CHOSEN][report.main_measure])


def _moment(fold: FoldGrade, measure: str) -> PastMoment:
    candidate, live = fold.measures[CHOSEN][measure], fold.measures[CHAMPION][measure]
    return PastMoment(format_time(fold.origin), fold.test_rows, _figure(candidate), _figure(live))


def _figure(estimate: Estimate) -> Figure:
    return Figure(estimate.value, estimate.low, estimate.high)
