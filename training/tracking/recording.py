"""How does a training stand in MLflow from its first moment to its last: an experiment a model, a run a training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from features.home import Home
from features.times import Timestamp, format_time
from models.model import Model
from training.records.report import TrainingReport
from training.tracking.abandoned import end_abandoned
from training.tracking.run import OpenRun, begin, end
from training.tracking.store import NOTE, Store, TrackingMissing, name_in_mlflow

_ABOUT = {
    NOTE: (
        "Trainings of the model `{model}`, a run each: its description opens the card of the model, the artefacts hold the whole "
        "card, the report and the pictures. Below it stand a run for each past moment (`kind` is `fold`: the recipe and every "
        "baseline, learned from what was known by then) and one for each recipe that competed (`kind` is `contender`). The "
        "columns `recipe/...` are the model, `prior/...` and the like the baselines, `less_...` the model less a baseline."
    ),
    "mlflow.experimentKind": "custom_model_development",
}


class Tracking(Store):
    """A store in which trainings are recorded."""

    def open(self, model: str) -> None:
        """Make the store and the experiment of a model if they are not there yet; the first time takes some seconds.

        Raises
        ------
        TrackingMissing
            If MLflow is not installed, or the store does not answer or has no registry.
        """
        with self.connected() as mlflow:
            self._experiment(mlflow, model)

    @contextmanager
    def run(self, model: str, *, at: Timestamp) -> Iterator[OpenRun]:
        """Give the run of a training that starts now, named by `at`; it ends with the body, FAILED where that fails.

        Raises
        ------
        TrackingMissing
            If MLflow is not installed, or the store does not answer or has no registry.
        """
        with self.connected() as mlflow:
            experiment_id = self._experiment(mlflow, model)
            end_abandoned(mlflow.MlflowClient(), experiment_id)
            opened = begin(mlflow, self, experiment_id=experiment_id, name=f"{model} {_minute(at)}")
        try:
            yield opened
        except BaseException as error:
            with suppress(TrackingMissing):  # what went wrong first is what must be said
                end(opened, error)
            raise
        end(opened)

    def record(self, home: Home, report: TrainingReport, *, model: Model, pictures: Path) -> str:
        """Record a training that has ended and return the id of its run.

        Raises
        ------
        TrackingMissing
            If MLflow is not installed or its store cannot be reached; training without it works.
        """
        with self.run(report.model, at=report.trained_at) as opened:
            opened.record(home, report, model=model, pictures=pictures)
        return opened.run_id

    def _experiment(self, mlflow: Any, model: str) -> str:
        """Return the id of the experiment, made and described; a store without a registry is refused before all else."""
        client, name = mlflow.MlflowClient(), name_in_mlflow(model)
        client.search_registered_models(max_results=1)
        found = client.get_experiment_by_name(name)
        experiment_id = found.experiment_id if found else self._made(mlflow, name)
        for tag, text in _ABOUT.items():
            if found is None or tag not in found.tags:
                client.set_experiment_tag(experiment_id, tag, text.format(model=model))
        return str(experiment_id)

    def _made(self, mlflow: Any, name: str) -> str:
        client = mlflow.MlflowClient()
        try:
            return str(client.create_experiment(name, artifact_location=self.artefacts))
        except mlflow.exceptions.MlflowException:
            made_meanwhile = client.get_experiment_by_name(name)
            if made_meanwhile is None:
                raise
            return str(made_meanwhile.experiment_id)


def _minute(moment: Timestamp) -> str:
    """Return a moment as a name shows it.

    >>> _minute(0)
    '1970-01-01 00:00'
    """
    return format_time(moment)[: len("1970-01-01T00:00")].replace("T", " ")
