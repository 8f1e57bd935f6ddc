"""Which runs stand below that of a training: one a past moment, one a contender, one a trial of a search for parameters.

A child costs three short transactions: it is made, filled in one batch and ended, and holds no artefact.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from features.times import format_time
from training.records.report import ContenderGrade, Finding, FoldGrade, TrainingReport
from training.tracking.abandoned import PARENT
from training.tracking.figures import metric_entities, param_entities, with_intervals
from training.tracking.store import NOTE

_INHERITED = ("mlflow.user", "mlflow.source.name", "mlflow.source.type")
_NO_PARAMETERS = ("trial", "loss", "given_up")


@dataclass(frozen=True)
class Child:
    """A run below another one: `kind` is `fold`, `contender` or `trial`, `note` says in words what it is."""

    name: str
    kind: str
    note: str
    metrics: Mapping[str, float]
    params: Mapping[str, object]
    tags: Mapping[str, str] = field(default_factory=dict)


def children_of(report: TrainingReport) -> list[Child]:
    """Return a child a past moment, the oldest first, one a contender, the best first, and one a trial of a search."""
    contenders = sorted(report.contenders, key=lambda each: each.loss)
    return [
        *(_fold(fold) for fold in report.folds),
        *(_contender(report, each) for each in contenders),
        *children_of_trials(report.findings.get("tuning", [])),
    ]


def children_of_trials(lines: Sequence[Finding]) -> list[Child]:
    """Return a child for each line that is a trial: its number, `loss`, whether it was `given_up`, and parameters as the rest.

    The line without a number is the verdict: which trial was the best, and whether it was taken.
    """
    verdict = next((line for line in lines if line["trial"] is None), {})
    taken = verdict.get("best_trial") if verdict.get("taken") else None
    return [_trial(line, chosen=line["trial"] == taken) for line in lines if line["trial"] is not None]


def log_children(mlflow: Any, parent: Any, children: Sequence[Child]) -> None:
    """Log runs below a run that MLflow gave; the first is the newest, so that MLflow's list keeps their order."""
    client = mlflow.MlflowClient()
    for child in reversed(children):
        _log(mlflow, client, parent, child=child)


def _log(mlflow: Any, client: Any, parent: Any, *, child: Child) -> None:
    inherited = {name: parent.data.tags[name] for name in _INHERITED if name in parent.data.tags}
    own = {PARENT: parent.info.run_id, NOTE: child.note, "kind": child.kind, **child.tags}
    run_id = client.create_run(parent.info.experiment_id, tags=inherited | own, run_name=child.name).info.run_id
    client.log_batch(
        run_id,
        metrics=metric_entities(mlflow, child.metrics, at=int(time.time() * 1000)),
        params=param_entities(mlflow, child.params),
    )
    client.set_terminated(run_id)


def _fold(fold: FoldGrade) -> Child:
    moment = format_time(fold.origin)[:10]
    return Child(
        name=moment,
        kind="fold",
        note=f"What the recipe and every baseline said on {moment}, learned from what was known by then.",
        metrics={**with_intervals(fold.measures), "label_mean": fold.label_mean},
        params={"origin": moment, "train_rows": fold.train_rows, "test_rows": fold.test_rows},
    )


def _contender(report: TrainingReport, grade: ContenderGrade) -> Child:
    plain = grade.calibration == "none"
    return Child(
        name=grade.name if plain else f"{grade.name} ({grade.calibration})",
        kind="contender",
        note=_marked(f"A recipe that competed at all {len(report.folds)} past moments", chosen=grade.chosen),
        metrics={"loss": grade.loss},
        params={"recipe": grade.name, "calibration": grade.calibration},
        tags={"chosen": str(grade.chosen).lower()},
    )


def _trial(line: Finding, *, chosen: bool) -> Child:
    loss, given_up = line.get("loss"), bool(line.get("given_up"))
    params = {name: value for name, value in line.items() if name not in _NO_PARAMETERS}
    return Child(
        name=f"trial {line['trial']:03d}",
        kind="trial",
        note=_marked("A way to grow trees that was tried" + (" and given up early" if given_up else ""), chosen=chosen),
        metrics={"loss": float(loss)} if isinstance(loss, int | float) else {},
        params=params,
        tags={"chosen": str(chosen).lower(), "given_up": str(given_up).lower()},
    )


def _marked(note: str, *, chosen: bool) -> str:
    return f"{note}: **the one chosen**." if chosen else f"{note}."
