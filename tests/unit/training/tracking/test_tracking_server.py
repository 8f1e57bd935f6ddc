"""That a training is recorded over HTTP as in a file: MLflow's own server, in a process of its own, on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from training.records.candidates import stored_candidate
from training.tracking.recording import Tracking

PATIENCE_SECONDS = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


@pytest.fixture
def server(store: Tracking, tmp_path: Path) -> Iterator[str]:
    """The application that `mlflow server` runs, without the workers that it starts for jobs, over a store without a run."""
    port = free_port()
    places = {
        "_MLFLOW_SERVER_FILE_STORE": store.uri,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": (tmp_path / "served").as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }
    program = [sys.executable, "-W", "ignore", "-m", "flask", "--app", "mlflow.server:app", "run", "--port", str(port)]
    with (tmp_path / "server.log").open("wb") as log:
        serving = subprocess.Popen(program, env=os.environ | places, cwd=tmp_path, stdout=log, stderr=log)
    try:
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE_SECONDS
        while not answers(url):
            assert serving.poll() is None, (tmp_path / "server.log").read_text()[-2000:]
            assert time.monotonic() < until, "the server did not answer"
            time.sleep(0.2)
        yield url
    finally:
        serving.kill()
        serving.wait()


def test_a_training_is_recorded_on_a_server(server: str, trained_shop: Any, quiet_client: Any, tmp_path: Path) -> None:
    trained, pictures = trained_shop.trained, stored_candidate(trained_shop.home, "churn").folder / "pictures"

    run_id = Tracking(server).record(trained_shop.home, trained.report, model=trained.model, pictures=pictures)

    client = quiet_client(server)
    run, version = client.get_run(run_id), client.get_model_version_by_alias("lifecycle-churn", "challenger")
    below = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
    assert run.info.status == "FINISHED"
    assert len(below) == len(trained.report.folds) + len(trained.report.contenders)
    assert (version.run_id, version.tags["model_sha"]) == (run_id, trained.model_sha)
    assert len(list((tmp_path / "served").rglob("calibration.png"))) == 1
