"""One training of the shop recorded in MLflow, once for all who look at it, and how its client is had without noise."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from features.home import Home
from training.records.candidates import stored_candidate
from training.tracking.recording import Tracking


@dataclass(frozen=True)
class Recorded:
    """A store with one recorded training: its run, and a client to look at it."""

    tracking: Tracking
    run_id: str
    client: Any

    @property
    def run(self) -> Any:
        return self.client.get_run(self.run_id)

    def below(self, kind: str) -> list[Any]:
        wanted = f"tags.`mlflow.parentRunId` = '{self.run_id}' AND tags.kind = '{kind}'"
        return list(self.client.search_runs([self.run.info.experiment_id], wanted))


@pytest.fixture(scope="package")
def quiet_client() -> Iterator[Any]:
    """How a client of a store is made; what MLflow and its libraries warn of is not tested here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        yield MlflowClient


@pytest.fixture(scope="package")
def recorded(trained_shop: Any, migrated_store: Path, quiet_client: Any, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    tracking = Tracking.at_home(copied_store(migrated_store, tmp_path_factory.mktemp("tracked")))
    pictures = stored_candidate(trained_shop.home, "churn").folder / "pictures"
    run_id = tracking.record(trained_shop.home, trained_shop.trained.report, model=trained_shop.trained.model, pictures=pictures)
    return Recorded(tracking, run_id, quiet_client(tracking.uri))


@pytest.fixture
def store(migrated_store: Path, tmp_path: Path) -> Tracking:
    """A store with its tables, and no run in it."""
    return Tracking.at_home(copied_store(migrated_store, tmp_path))


def copied_store(migrated_store: Path, folder: Path) -> Home:
    home = Home(folder)
    shutil.copytree(migrated_store, home.mlflow)
    return home
