"""Which parameters, measures and tags stand for a training in MLflow: a report, in MLflow's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from features.times import format_time
from training.measures.resamples import Estimate
from training.records.report import CHOSEN, TrainingReport


def parameters(report: TrainingReport) -> dict[str, object]:
    """Return what was learned from what, and by which recipe."""
    return {
        "recipe": report.chosen.name,
        "calibration": report.chosen.calibration,
        "definition": report.definition,
        "horizon_days": report.horizon_days,
        "horizons_days": " ".join(report.horizons),
        "seed": report.seed,
        "rows": report.data.rows,
        "customers": report.data.customers,
        "folds": len(report.folds),
        "as_of": format_time(report.data.as_of),
        "snapshots": " ".join(f"{as_of[:10]}:{digest[:12]}" for as_of, digest in report.data.snapshots.items()),
    }


def measures(report: TrainingReport) -> dict[str, float]:
    """Return `loss`, `<model>/<measure>`, `less_<baseline>/<measure>`, `recipe_<days>_days/<measure>`, with ends of intervals."""
    parts = {
        **report.pooled,
        **{f"less_{name}": found for name, found in report.differences.items()},
        **{f"{CHOSEN}_{days}_days": found for days, found in report.horizons.items()},
    }
    return {"loss": report.chosen.loss, **with_intervals(parts)}


def with_intervals(parts: Mapping[str, Mapping[str, Estimate]]) -> dict[str, float]:
    """Return every measure of every part under `<part>/<measure>`, the recipe's first, and the ends of its interval beside it.

    >>> with_intervals({"recipe": {"auc": Estimate(0.7, 0.6, 0.8)}})
    {'recipe/auc': 0.7, 'recipe/auc_low': 0.6, 'recipe/auc_high': 0.8}
    """
    return {
        f"{part}/{measure}{end}": figure
        for part, found in sorted(parts.items(), key=lambda each: each[0] != CHOSEN)
        for measure, estimate in found.items()
        for end, figure in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high))
    }


def recipe_measures(report: TrainingReport) -> dict[str, float]:
    """Return the recipe's pooled measures alone, as they stand beside the logged model."""
    return {f"{CHOSEN}/{measure}": estimate.value for measure, estimate in report.pooled[CHOSEN].items()}


def tags(report: TrainingReport) -> dict[str, str]:
    """Return by what a run is found again: digests, and the grade."""
    data = report.data
    return {
        "model_sha": report.model_sha,
        "grade": report.grade.letter if report.grade else "none",
        "log_digest": data.log_digest,
        "company": data.company,
        "features": data.features,
        "graded": "the folds grade the recipe; the model is the recipe refitted on all mature rows",
    }


def metric_entities(mlflow: Any, figures: Mapping[str, float], *, at: int, model_id: str | None = None) -> Sequence[Any]:
    """Return measures as MLflow takes them in one batch, all of one moment (milliseconds), of a logged model if one is named."""
    return [mlflow.entities.Metric(key, value, at, 0, model_id=model_id) for key, value in figures.items()]


def param_entities(mlflow: Any, given: Mapping[str, object]) -> Sequence[Any]:
    """Return parameters as MLflow takes them in one batch."""
    return [mlflow.entities.Param(key, str(value)) for key, value in given.items()]
