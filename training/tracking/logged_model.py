"""How does a model stand in MLflow: plain files with the code that reads them, a signature, and an example nobody lived."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.home import Home
from models.bundle.golden import golden_rows
from models.model import Model
from training.records.report import TrainingReport

_PACKAGES = ("lightgbm", "numpy", "pandas", "pyarrow", "scipy", "msgspec", "cryptography")
_PROGRAM = Path(__file__).resolve().parents[2]
_EXAMPLES = 5


def log_model(mlflow: Any, home: Home, *, report: TrainingReport, model: Model) -> str:
    """Log the exported model to the active run and return the id that MLflow gave it."""
    with tempfile.TemporaryDirectory() as folder, _path_of_imports_kept():
        code, data = Path(folder) / "code", Path(folder) / report.model
        _copy_program(code)
        shutil.copytree(home.models / report.model_sha, data / "models" / report.model_sha)
        logged = mlflow.pyfunc.log_model(
            name=report.model,
            loader_module="training.tracking.loader",
            data_path=str(data),
            code_paths=[str(part) for part in sorted(code.iterdir())],
            pip_requirements=[f"{package}=={importlib.metadata.version(package)}" for package in _PACKAGES],
            signature=_signature(mlflow, model),
            input_example=input_example(model),
        )
        return str(logged.model_id)


def input_example(model: Model) -> pd.DataFrame:
    """Return some of the invented rows that the stored model proves itself by; drawn column by column, they resemble nobody."""
    rows = golden_rows(model.ranges, seed=model.signature + model.name)[:_EXAMPLES]
    return pd.DataFrame(rows, columns=list(model.feature_names))


def _copy_program(folder: Path) -> None:
    """Copy what the loader imports, so that the model loads where this project is not installed."""
    for package in ("features", "models"):
        shutil.copytree(_PROGRAM / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "training" / "tracking").mkdir(parents=True)
    for name in ("__init__.py", "tracking/__init__.py", "tracking/loader.py"):
        shutil.copy(_PROGRAM / "training" / name, folder / "training" / name)


def _signature(mlflow: Any, model: Model) -> Any:
    types = mlflow.types
    inputs = types.Schema([types.ColSpec("float", name) for name in model.feature_names])
    nobody = np.full((1, len(model.feature_names)), np.nan, dtype=np.float32)
    outputs = types.Schema([types.ColSpec("double", name) for name in model.score(nobody, names=model.feature_names)])
    return mlflow.models.ModelSignature(inputs=inputs, outputs=outputs)


@contextmanager
def _path_of_imports_kept() -> Iterator[None]:
    """Undo what MLflow does to the path of imports when it loads the model once, to see whether it answers the example."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before
