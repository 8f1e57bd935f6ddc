"""What did training say of a model that is live: its measures at past moments, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping

from features.home import Home
from features.reports.figures import Figure
from features.reports.monitor import Figures
from training.measures.resamples import Estimate
from training.records.candidates import stored_candidates
from training.records.report import CHOSEN, TrainingReport


def report_of(home: Home, model_sha: str) -> TrainingReport | None:
    """Return the report of the training that made a model; None where it is gone, or of another version."""
    found = (candidate.report for candidate in stored_candidates(home) if candidate.report.model_sha == model_sha)
    return next(found, None)


def promised_by(report: TrainingReport | None) -> Figures:
    """Return what a report says of the recipe at past moments; nothing without one."""
    return {} if report is None else figures_of(report.pooled[CHOSEN])


def figures_of(measures: Mapping[str, Estimate]) -> Figures:
    """Return estimates as they stand in reports."""
    return {name: Figure(each.value, each.low, each.high) for name, each in measures.items()}
