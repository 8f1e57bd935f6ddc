"""How good did training find the models that are live: the grade of each, as it was earned beside simple rules."""

from __future__ import annotations

from dataclasses import replace

from features.reports.grades import LiveGrade
from features.times import format_time
from training.evidence import level_of
from training.monitoring.outcomes.promises import report_of
from training.monitoring.publications import Watched
from training.publishing.ledger import LedgerEntry, last_promotion
from training.records.report import CHOSEN, TrainingReport


def live_grades(watched: Watched) -> list[LiveGrade]:
    """Return the grade of every live model, by name; one whose training left no report stands without a letter."""
    return [_grade(watched, model, sha) for model, sha in sorted(watched.live.models.items())]


def _grade(watched: Watched, model: str, sha: str) -> LiveGrade:
    report = report_of(watched.home, sha)
    grade = LiveGrade(model, sha) if report is None else _reported(report)
    return _promoted(grade, last_promotion(watched.entries, model, sha))


def _reported(report: TrainingReport) -> LiveGrade:
    beside = {name: report.differences[name][report.main_measure] for name in report.baselines}
    better = tuple(name for name, found in beside.items() if found.high < 0)
    worse = tuple(name for name, found in beside.items() if found.low > 0)
    return LiveGrade(
        model=report.model,
        model_sha=report.model_sha,
        letter=report.grade.letter if report.grade else None,
        words=report.grade.words if report.grade else "",
        horizon_days=report.horizon_days,
        trained_as_of=format_time(report.data.as_of),
        rows=report.data.rows,
        customers=report.data.customers,
        moments=len(report.folds),
        beats=better,
        alike=tuple(name for name in beside if name not in (*better, *worse)),
        beaten_by=worse,
        level_off=level_of(report.pooled[CHOSEN], rows=report.test_rows, happened=report.test_positives),
    )


def _promoted(grade: LiveGrade, promoted: LedgerEntry | None) -> LiveGrade:
    if promoted is None:
        return grade
    return replace(grade, promoted_at=format_time(promoted.at), override=promoted.override)
