"""What does the run of one training hold: figures, data, report, card, pictures, the model, and a run a fold and contender."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import LifecycleError
from features.home import Home
from models.model import Model
from training.records.card import model_card, model_card_opening
from training.records.report import TrainingReport
from training.tracking.abandoned import forget_process, process_tag
from training.tracking.children import children_of, log_children
from training.tracking.datasets import dataset_inputs
from training.tracking.figures import measures, metric_entities, param_entities, parameters, recipe_measures, tags
from training.tracking.logged_model import log_model
from training.tracking.registry import register, settle_aliases
from training.tracking.store import NOTE, Store

_LONGEST_NOTE = 8000


@dataclass(frozen=True)
class OpenRun:
    """A run that is RUNNING while a model is trained; what is learned is recorded in it."""

    store: Store
    run_id: str

    def record(self, home: Home, report: TrainingReport, *, model: Model, pictures: Path) -> None:
        """Record a training that has come to a model: all that explains it, the model itself, and its version in the registry.

        Raises
        ------
        TrackingMissing
            If the store does not answer, or has no registry.
        """
        with self.store.connected() as mlflow, mlflow.start_run(run_id=self.run_id, nested=True) as run:
            client = mlflow.MlflowClient()
            _log_report(mlflow, self.run_id, report=report)
            client.log_artifacts(self.run_id, str(pictures), "pictures")
            model_id = log_model(mlflow, home, report=report, model=model)
            _log_measures(mlflow, self.run_id, report=report, model_id=model_id)
            log_children(mlflow, run, children_of(report))
            register(mlflow, report, run_id=self.run_id, model_id=model_id)
            settle_aliases(client, home, report.model)


def begin(mlflow: Any, store: Store, *, experiment_id: str, name: str) -> OpenRun:
    """Begin a run that names the process which records it."""
    from mlflow.tracking.context import registry

    given = registry.resolve_tags({"kind": "training", **process_tag()})
    return OpenRun(store, mlflow.MlflowClient().create_run(experiment_id, tags=given, run_name=name).info.run_id)


def end(opened: OpenRun, error: BaseException | None = None) -> None:
    """End a run: FINISHED, or KILLED by the keyboard, or FAILED; what this project gives as a reason is then its description."""
    with opened.store.connected() as mlflow:
        client = mlflow.MlflowClient()
        if error is not None:
            client.set_tag(opened.run_id, NOTE, f"No model was recorded. {_reason(error)}")
        client.set_terminated(opened.run_id, _status(error))
        forget_process(client, opened.run_id)


def _log_report(mlflow: Any, run_id: str, *, report: TrainingReport) -> None:
    client = mlflow.MlflowClient()
    note = model_card_opening(report, characters=_LONGEST_NOTE)
    told = [mlflow.entities.RunTag(key, value) for key, value in {**tags(report), NOTE: note}.items()]
    client.log_batch(run_id, params=param_entities(mlflow, parameters(report)), tags=told)
    client.log_inputs(run_id, datasets=dataset_inputs(mlflow, report))
    client.log_dict(run_id, json.loads(report.to_json()), "report.json")
    client.log_text(run_id, model_card(report), "model_card.md")


def _log_measures(mlflow: Any, run_id: str, *, report: TrainingReport, model_id: str) -> None:
    """Log every measure to the run, those of the recipe first, and to the logged model too."""
    client = mlflow.MlflowClient()
    now, beside = int(time.time() * 1000), recipe_measures(report)
    others = {key: figure for key, figure in measures(report).items() if key not in beside}
    first = metric_entities(mlflow, beside, at=now, model_id=model_id)
    client.log_batch(run_id, metrics=[*first, *metric_entities(mlflow, others, at=now)])


def _status(error: BaseException | None) -> str:
    if error is None:
        return "FINISHED"
    return "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"


def _reason(error: BaseException) -> str:
    """Return why, in words that were written to be shown; of any other error only its kind, as its text may hold anything."""
    return str(error) if isinstance(error, LifecycleError) else type(error).__name__
