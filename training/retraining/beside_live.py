"""How does a candidate stand beside the live model: the figures of both recipes, pooled and at the past moments of both."""

from __future__ import annotations

from features.home import Home
from features.reports.retrain import BesideLive, Figure, PastMoment
from features.times import format_time
from training.measures.resamples import Estimate
from training.publishing.ledger import last_promotion, read_ledger
from training.records.candidates import stored_candidates
from training.records.report import CHOSEN, FoldGrade, TrainingReport


def beside_live(home: Home, report: TrainingReport, *, live_sha: str | None) -> BesideLive | None:
    """Return both recipes' main measure with intervals; None where nothing else is live."""
    live = None if live_sha in (None, report.model_sha) else _report_of(home, report.model, live_sha)
    if live is None or live.main_measure != report.main_measure:
        return None
    return BesideLive(
        model_sha=live.model_sha,
        run_id=live.run_id,
        candidate=figure(report),
        live=figure(live),
        moments=_moments(report, live),
    )


def figure(report: TrainingReport) -> Figure:
    """Return the main measure of a recipe, pooled over its past moments."""
    return _figure(report.pooled[CHOSEN][report.main_measure])


def _report_of(home: Home, model: str, sha: str) -> TrainingReport | None:
    """Return the report under which a model was promoted, else the newest of a training that gave the same model."""
    found = [candidate.report for candidate in stored_candidates(home, model) if candidate.report.model_sha == sha]
    promotion = last_promotion(read_ledger(home), model, sha)
    under = [report for report in found if promotion is not None and report.run_id == promotion.run_id]
    return next(iter([*under, *found]), None)


def _moments(report: TrainingReport, live: TrainingReport) -> list[PastMoment]:
    """Return the past moments of both, oldest first; one at which another number was asked about is not the same."""
    theirs = {(fold.origin, fold.test_rows): fold for fold in live.folds}
    both = [(fold, theirs[fold.origin, fold.test_rows]) for fold in report.folds if (fold.origin, fold.test_rows) in theirs]
    measure, same_horizon = report.main_measure, report.horizon_days == live.horizon_days
    return [_moment(own, other, measure) for own, other in both] if same_horizon else []


def _moment(own: FoldGrade, other: FoldGrade, measure: str) -> PastMoment:
    candidate, live = own.measures[CHOSEN][measure], other.measures[CHOSEN][measure]
    return PastMoment(format_time(own.origin), own.test_rows, _figure(candidate), _figure(live))


def _figure(estimate: Estimate) -> Figure:
    return Figure(estimate.value, estimate.low, estimate.high)
