"""What drifted of a live model: the features it reads, since it learned; its scores, since it went live; and does it matter.

Features are compared with those of the newest snapshot the model learned from, among the customers its question is about. Scores
are compared with what the model said when it went live: of the rows it learned from it says more than it knows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.reports.drift import ColumnDrift, DriftWindow, Undone
from features.times import format_time
from models.bundle import NotStored, Predictions, load_model, open_predictions
from models.rows import FloatArray
from training.monitoring.drift.columns import Column, columns_of, compared
from training.monitoring.drift.crowds import MOST_CUSTOMERS, Crowd, crowd_now, crowd_then, population_of
from training.monitoring.drift.undone import Decider, undone
from training.monitoring.publications import Watched
from training.publishing.scene import Scene
from training.questions.registry import question_for

MOST_SCORED_AGAIN = 20_000
"""Of more customers, so many are scored again, taken evenly in the order of their ids."""


def feature_drift(watched: Watched, model: str) -> tuple[DriftWindow, Undone]:
    """Return how far each feature moved among who is asked about, and what that does to decisions."""
    then, now = crowd_then(watched, model), crowd_now(watched, model)
    compare = [crowd.at_most(MOST_CUSTOMERS).matrix for crowd in (then, now)]
    columns = list(columns_of(*compare, names=now.snapshot.names))
    tests, found = compared(columns)
    window = DriftWindow(
        what="features",
        model=model,
        population=now.population,
        reference_as_of=format_time(then.snapshot.as_of),
        current_as_of=format_time(now.snapshot.as_of),
        reference_customers=len(then),
        current_customers=len(now),
        tests=tests,
        columns=found,
    )
    few = now.at_most(MOST_SCORED_AGAIN)
    known = {column.name: column for column in columns}
    drifted = [Column(each.name, known[each.name].then, _of(few, each.name)) for each in moved_most(window.drifted)]
    return window, undone(_decider(watched, model, crowd=few, of=len(now)), drifted)


def score_drift(watched: Watched, model: str) -> DriftWindow:
    """Return how far what the model says moved since it went live.

    Raises
    ------
    NotStored
        If nothing of what it said first is left.
    """
    then, now = _first_said(watched, model), watched.predictions
    names = [name for name in _scores_of(watched, model) if name in then.columns and name in now.columns]
    columns = [Column(name, _said(then, name), _said(now, name)) for name in names]
    tests, found = compared(columns)
    return DriftWindow(
        what="scores",
        model=model,
        population=population_of(model),
        reference_as_of=format_time(then.origin.as_of),
        current_as_of=format_time(now.origin.as_of),
        reference_customers=len(columns[0].then) if columns else 0,
        current_customers=len(columns[0].now) if columns else 0,
        tests=tests,
        columns=found,
    )


def moved_most(columns: Sequence[ColumnDrift]) -> list[ColumnDrift]:
    """Return columns in the order of how far beyond their limits they moved, the farthest first."""
    return sorted(columns, key=lambda column: (-column.beyond, column.name))


def _of(crowd: Crowd, name: str) -> FloatArray:
    return np.asarray(crowd.snapshot.matrix[crowd.places, crowd.snapshot.names.index(name)], dtype=np.float64)


def _decider(watched: Watched, model: str, *, crowd: Crowd, of: int) -> Decider:
    """Return the live model with some of the customers it is asked about, and the capacity for their share of all."""
    company, predictions = watched.company, watched.predictions
    derived = question_for(model, company).derived(watched.home, [crowd.snapshot])[0]
    alone = crowd.alone()
    return Decider(
        name=model,
        model=load_model(watched.home, watched.live.models[model]),
        scene=Scene(alone, company, alone.ids),
        derived={name: column[crowd.places] for name, column in derived.items()},
        said={name: predictions.column(name)[crowd.places] for name in predictions.columns},
        capacity=max(round(company.routing.weekly_capacity * len(crowd) / max(of, 1)), 1),
    )


def _first_said(watched: Watched, model: str) -> Predictions:
    sha = watched.live.models[model]
    first = next((each for each in watched.published(model) if each.model_sha == sha and each.origin is not None), None)
    if first is None:
        raise NotStored(f"needed what the {model} model said when it went live, found none of its predictions; `lifecycle score`")
    return open_predictions(watched.home, first.digest)


def _scores_of(watched: Watched, model: str) -> list[str]:
    days = watched.company.horizon_days
    if model == "transition":
        return [f"transition_{days}_{stage.name}" for stage in watched.company.stage_set.stages]
    return [f"{model}_{days}"]


def _said(predictions: Predictions, name: str) -> FloatArray:
    """Return what was said of whom anything was said; who is not asked about has no score, and does not lack one."""
    column = predictions.column(name)
    return column[np.isfinite(column)]
