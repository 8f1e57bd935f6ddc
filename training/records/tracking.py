"""What of a training stands in MLflow: parameters, digests of the data, measures with intervals, pictures, the model itself.

MLflow is imported here only, and only when a run is recorded: training, promotion and serving go on without it. No row of any
customer and no id is logged, no input example either; what is logged of the data is counts and hashes.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.errors import Unavailable
from features.home import Home
from features.times import format_time
from models.model import Model
from training.records.report import TrainingReport

_PACKAGES = ("lightgbm", "numpy", "pandas", "pyarrow", "scipy", "msgspec", "cryptography")
_PROGRAM = Path(__file__).resolve().parents[2]
_SQLITE = "sqlite:///"
_NOISY = r"(mlflow|alembic|sqlalchemy|pydantic|google|flask|graphene|docker)\b"


class TrackingMissing(Unavailable):
    """MLflow is not installed, or the store of runs does not answer."""


@dataclass(frozen=True)
class Tracking:
    """Where runs are recorded: MLflow's tracking URI, and where artefacts go if that is a local store."""

    uri: str
    artefacts: str | None = None

    @classmethod
    def at_home(cls, home: Home) -> Tracking:
        """Return the default: a SQLite store and a folder below the installation's `mlflow/`."""
        folder = home.mlflow.resolve()
        return cls(f"sqlite:///{folder / 'mlflow.db'}", (folder / "artefacts").as_uri())

    def open(self, model: str) -> None:
        """Make the store and the experiment of a model if they are not there yet; the first time takes some seconds."""
        with _quiet_mlflow(self, model):
            pass

    def record(self, home: Home, report: TrainingReport, *, model: Model, pictures: Path) -> str:
        """Record one training and return the id of its run.

        Raises
        ------
        TrackingMissing
            If MLflow is not installed or its store cannot be reached; training without it works.
        """
        named = f"{report.model} {format_time(report.trained_at)}"
        with _quiet_mlflow(self, report.model) as mlflow, mlflow.start_run(run_name=named) as run:
            mlflow.log_params(_parameters(report))
            mlflow.log_metrics(_metrics(report))
            mlflow.set_tags(_tags(report))
            mlflow.log_dict(json.loads(report.to_json()), "report.json")
            mlflow.log_artifacts(str(pictures), "pictures")
            _log_model(mlflow, home, report=report, model=model)
            return str(run.info.run_id)


def experiment_of(model: str) -> str:
    """Return the experiment that holds the runs of a model.

    >>> experiment_of("churn")
    'lifecycle-churn'
    """
    return f"lifecycle-{model}"


@contextmanager
def _quiet_mlflow(tracking: Tracking, model: str) -> Iterator[Any]:
    """Give MLflow, pointed at the store and the experiment; what it and its libraries warn of is not the reader's business."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    loud = logging.getLogger("mlflow").level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=_NOISY)
        try:
            import mlflow
        except ImportError as error:
            raise TrackingMissing(
                "needed the package `mlflow` to record the run, found none; use `--no-mlflow`, or install it"
            ) from error
        logging.getLogger("mlflow").setLevel(logging.ERROR)
        before = mlflow.get_tracking_uri()
        try:
            _open_experiment(mlflow, tracking, experiment_of(model))
            yield mlflow
        finally:
            mlflow.set_tracking_uri(before)
            logging.getLogger("mlflow").setLevel(loud)


def _open_experiment(mlflow: Any, tracking: Tracking, experiment: str) -> None:
    try:
        if tracking.uri.startswith(_SQLITE):
            Path(tracking.uri.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(tracking.uri)
        if mlflow.get_experiment_by_name(experiment) is None:
            mlflow.create_experiment(experiment, artifact_location=tracking.artefacts)
        mlflow.set_experiment(experiment)
    except (mlflow.exceptions.MlflowException, OSError) as error:
        raise TrackingMissing(
            f"needed an MLflow store at {tracking.uri.rpartition('@')[2]}, found none that answers ({type(error).__name__}); "
            "start it, or use `--no-mlflow`"
        ) from error


def _parameters(report: TrainingReport) -> dict[str, object]:
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


def _metrics(report: TrainingReport) -> dict[str, float]:
    """Return `<model>/<measure>` with `_low` and `_high`, `less_<baseline>/<measure>`, and `<days>_days/<measure>`."""
    parts = {
        **report.pooled,
        **{f"less_{name}": measures for name, measures in report.differences.items()},
        **{f"{days}_days": measures for days, measures in report.horizons.items()},
    }
    return {
        f"{part}/{measure}{end}": figure
        for part, measures in parts.items()
        for measure, estimate in measures.items()
        for end, figure in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high))
    }


def _tags(report: TrainingReport) -> dict[str, str]:
    data = report.data
    return {
        "model_sha": report.model_sha,
        "log_digest": data.log_digest,
        "company": data.company,
        "features": data.features,
        "graded": "the folds grade the recipe; the model is the recipe refitted on all mature rows",
    }


def _log_model(mlflow: Any, home: Home, *, report: TrainingReport, model: Model) -> None:
    with tempfile.TemporaryDirectory() as folder:
        code, data = Path(folder) / "code", Path(folder) / report.model
        _copy_program(code)
        shutil.copytree(home.models / report.model_sha, data / "models" / report.model_sha)
        mlflow.pyfunc.log_model(
            name=report.model,
            loader_module="training.records.mlflow_loader",
            data_path=str(data),
            code_paths=[str(part) for part in sorted(code.iterdir())],
            pip_requirements=[f"{package}=={importlib.metadata.version(package)}" for package in _PACKAGES],
            signature=_signature(mlflow, model),
        )


def _copy_program(folder: Path) -> None:
    """Copy what the loader imports, so that the model loads where this project is not installed."""
    for package in ("features", "models"):
        shutil.copytree(_PROGRAM / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "training" / "records").mkdir(parents=True)
    for name in ("__init__.py", "records/__init__.py", "records/mlflow_loader.py"):
        shutil.copy(_PROGRAM / "training" / name, folder / "training" / name)


def _signature(mlflow: Any, model: Model) -> Any:
    types = mlflow.types
    inputs = types.Schema([types.ColSpec("float", name) for name in model.feature_names])
    nobody = np.full((1, len(model.feature_names)), np.nan, dtype=np.float32)
    outputs = types.Schema([types.ColSpec("double", name) for name in model.score(nobody, names=model.feature_names)])
    return mlflow.models.ModelSignature(inputs=inputs, outputs=outputs)
