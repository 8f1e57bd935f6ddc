"""That a store that does not answer is one clear error, said before anything is trained, and that what fails says why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from features.home import Home
from training.tracking.recording import Tracking
from training.tracking.store import TrackingMissing


def test_a_store_that_cannot_be_opened_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")

    with pytest.raises(TrackingMissing, match="--no-mlflow"):
        Tracking(f"sqlite:///{tmp_path / 'blocked' / 'mlflow.db'}").open("churn")


def test_without_mlflow_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)

    with pytest.raises(TrackingMissing, match="needed the package `mlflow`"):
        Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}").open("churn")


@pytest.mark.parametrize("scheme", ["http", "postgresql+psycopg"])
def test_a_server_that_is_down_is_said_without_its_password(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(TrackingMissing, match=r"127\.0\.0\.1:9") as missing:
        Tracking(f"{scheme}://anna:secret@127.0.0.1:9/runs").open("churn")

    assert "secret" not in str(missing.value)


def test_a_store_whose_registry_refuses_is_said_before_anything_is_trained(
    store: Tracking, quiet_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.exceptions import RestException

    def refuse(*_: object, **__: object) -> None:
        raise RestException({"error_code": "ENDPOINT_NOT_FOUND", "message": "no registry here"})

    monkeypatch.setattr(quiet_client, "search_registered_models", refuse)

    with pytest.raises(TrackingMissing, match=r"with a model registry .* no registry here"), store.run("churn", at=0):
        pytest.fail("the run began")


def test_settings_of_the_user_stand_and_ours_are_taken_back(store: Tracking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "7")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)

    with store.connected():
        inside = os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"], os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]

    assert inside == ("7", "2")
    assert "MLFLOW_HTTP_REQUEST_MAX_RETRIES" not in os.environ


@pytest.mark.parametrize("named", [None, "http://127.0.0.1:9"])
def test_what_the_user_names_stands_afterwards(store: Tracking, named: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if named:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", named)

    with store.connected() as mlflow:
        assert mlflow.get_tracking_uri() == store.uri

    assert os.environ.get("MLFLOW_TRACKING_URI") == named


def test_a_store_at_home_is_there_once_it_was_opened(store: Tracking, tmp_path: Path) -> None:
    assert store.is_there
    assert not Tracking.at_home(Home(tmp_path / "elsewhere")).is_there
    assert Tracking.of(Home(tmp_path), "http://127.0.0.1:5000").is_there


def test_a_training_that_is_refused_leaves_a_run_that_says_why(store: Tracking, quiet_client: Any) -> None:
    from features.errors import Refused

    with pytest.raises(Refused), store.run("churn", at=0) as opened:
        raise Refused("nobody ever left")

    run = quiet_client(store.uri).get_run(opened.run_id)
    assert run.info.status == "FAILED"
    assert run.data.tags["mlflow.note.content"] == "No model was recorded. nobody ever left"


def test_a_fault_leaves_its_kind_and_not_its_text_which_may_hold_anything(store: Tracking, quiet_client: Any) -> None:
    with pytest.raises(KeyError), store.run("churn", at=0) as opened:
        raise KeyError("anna@example.com")

    assert quiet_client(store.uri).get_run(opened.run_id).data.tags["mlflow.note.content"] == "No model was recorded. KeyError"
