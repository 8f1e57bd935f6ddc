"""Where do runs stand, and how is that place opened: quietly, and with one clear error where nothing answers."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from features.errors import Unavailable
from features.home import Home

PREFIX = "lifecycle-"
"""Begins the names of all experiments and registered models that are made here."""

NOTE = "mlflow.note.content"
"""The tag that MLflow shows as the description of a run, an experiment or a logged model."""

_SQLITE = "sqlite:///"
_DATABASES = ("postgresql", "mysql", "mssql")
_NOISY = r"(mlflow|alembic|sqlalchemy|pydantic|google|flask|graphene|docker)\b"
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_MOST_OF_A_REASON = 200
_UNLESS_SET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # by default a server that is down is waited for four minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


class TrackingMissing(Unavailable):
    """MLflow is not installed, or the store of runs does not answer."""


@dataclass(frozen=True)
class Store:
    """Where runs are recorded: MLflow's tracking URI, and where artefacts go if that is a local store."""

    uri: str
    artefacts: str | None = None

    @classmethod
    def at_home(cls, home: Home) -> Self:
        """Return the default: a SQLite store and a folder below the installation's `mlflow/`."""
        folder = home.mlflow.resolve()
        return cls(f"{_SQLITE}{folder / 'mlflow.db'}", (folder / "artefacts").as_uri())

    @classmethod
    def of(cls, home: Home, uri: str | None) -> Self:
        """Return the store that a tracking URI names; the default of the installation where none is set."""
        return cls(uri) if uri else cls.at_home(home)

    @property
    def is_there(self) -> bool:
        """Say whether a SQLite store was made yet; of any other, only asking it tells."""
        return not self.uri.startswith(_SQLITE) or Path(self.uri.removeprefix(_SQLITE)).exists()

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """Give MLflow, pointed at this store; what it and its libraries warn of is not the reader's business.

        Raises
        ------
        TrackingMissing
            If MLflow is not installed, or its store cannot be reached or refuses what is asked of it.
        """
        with _quiet(), _unless_set(_UNLESS_SET):
            mlflow = _mlflow()
            # MLflow writes what is set into the environment too, where our own settings would find it
            before = mlflow.get_tracking_uri() if "MLFLOW_TRACKING_URI" in os.environ else None
            try:
                _make_ready(self.uri)
                mlflow.set_tracking_uri(self.uri)
                yield mlflow
            except _failures(mlflow) as error:
                raise TrackingMissing(
                    f"needed an MLflow store with a model registry at {_shown(self.uri)}, found none that answers "
                    f"({type(error).__name__}: {_shown(str(error))}); start it, or train with `--no-mlflow`"
                ) from error
            finally:
                mlflow.set_tracking_uri(before)


def name_in_mlflow(model: str) -> str:
    """Return the name of the experiment that holds the runs of a model, and of the registered model that holds its versions.

    >>> name_in_mlflow("churn")
    'lifecycle-churn'
    """
    return f"{PREFIX}{model}"


def _mlflow() -> Any:
    try:
        import mlflow
    except ImportError as error:
        raise TrackingMissing(
            "needed the package `mlflow` to record the run, found none; use `--no-mlflow`, or install it"
        ) from error
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return mlflow


def _make_ready(uri: str) -> None:
    """Make the folder of a SQLite file; knock once at any other database, which MLflow would go on calling for an hour."""
    if uri.startswith(_SQLITE):
        Path(uri.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)
    elif uri.startswith(_DATABASES):
        import sqlalchemy

        engine = sqlalchemy.create_engine(uri)
        engine.connect().close()
        engine.dispose()


def _failures(mlflow: Any) -> tuple[type[Exception], ...]:
    import sqlalchemy.exc

    return (mlflow.exceptions.MlflowException, sqlalchemy.exc.SQLAlchemyError, OSError)


def _shown(text: str) -> str:
    """Return the beginning of a text without the password that an address in it may carry."""
    return _CREDENTIALS.sub("//", " ".join(text.split()))[:_MOST_OF_A_REASON]


@contextmanager
def _quiet() -> Iterator[None]:
    loud = logging.getLogger("mlflow").level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=_NOISY)
        try:
            yield
        finally:
            logging.getLogger("mlflow").setLevel(loud)


@contextmanager
def _unless_set(settings: dict[str, str]) -> Iterator[None]:
    """Set what the environment leaves open, as long as the body runs."""
    missing = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(missing)
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)
