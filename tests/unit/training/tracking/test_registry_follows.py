"""That MLflow shows as champion what the ledger says is live: after train, promote and rollback, and never in their way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from lifecycle import publish as publish_commands
from lifecycle import train as train_commands
from training.publishing.ledger import read_ledger
from training.tracking.recording import Tracking
from training.tracking.registry import follow_ledger

NAME = "lifecycle-churn"


@pytest.fixture
def registered(store: Tracking, promoted: Any, quiet_client: Any) -> Any:
    """A registry with a version of each model that the shop promoted, the older one first; aliases are yet to follow."""
    client = quiet_client(store.uri)
    client.create_registered_model(NAME)
    for sha in dict.fromkeys(entry.models["churn"] for entry in read_ledger(promoted.home)):
        client.create_model_version(NAME, store.artefacts, tags={"model_sha": sha})
    return client


def run(shop: Any, *arguments: str, uri: str) -> Result:
    app = typer.Typer()
    train_commands.register(app)
    publish_commands.register(app)
    places = {"LIFECYCLE_HOME": str(shop.home.root), "LIFECYCLE_SIGNING_KEY": str(shop.signing_key), "MLFLOW_TRACKING_URI": uri}
    return CliRunner().invoke(app, list(arguments), env=places)


def aliases(client: Any) -> dict[str, str]:
    return {alias: str(version) for alias, version in client.get_registered_model(NAME).aliases.items()}


def test_a_recorded_training_challenges(recorded: Any, trained_shop: Any) -> None:
    version = recorded.client.get_model_version_by_alias(NAME, "challenger")

    assert version.run_id == recorded.run_id
    assert version.tags["model_sha"] == trained_shop.trained.model_sha
    assert version.tags["grade"] == trained_shop.trained.report.grade.letter
    assert "champion" not in recorded.client.get_registered_model(NAME).aliases


def test_a_promoted_challenger_is_champion_and_challenges_no_more(registered: Any, promoted: Any, store: Tracking) -> None:
    registered.set_registered_model_alias(NAME, "challenger", "2")

    follow_ledger(promoted.home, store)

    assert aliases(registered) == {"champion": "2"}


def test_the_promote_command_lets_the_champion_follow(registered: Any, promoted: Any, store: Tracking) -> None:
    result = run(promoted, "promote", "churn", "--run", promoted.trained.run_id, uri=store.uri)

    assert result.exit_code == 0, result.exception
    assert aliases(registered) == {"champion": "1"}


def test_after_a_rollback_the_champion_follows_at_the_next_occasion(registered: Any, promoted: Any, store: Tracking) -> None:
    follow_ledger(promoted.home, store)

    result = run(promoted, "rollback", "churn", uri=store.uri)

    assert "`champion` follows at the next" in result.stdout
    assert aliases(registered) == {"champion": "2"}
    follow_ledger(promoted.home, store)
    assert aliases(registered) == {"champion": "1"}


def test_a_store_that_does_not_answer_is_a_warning_and_the_promotion_stands(promoted: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("no database")
    moves = len(read_ledger(promoted.home))

    result = run(promoted, "promote", "churn", uri=f"sqlite:///{tmp_path / 'broken.db'}")

    assert result.exit_code == 0, result.exception
    assert "live, but MLflow does not show it" in result.stderr
    assert "live, but" not in result.stdout
    assert len(read_ledger(promoted.home)) == moves + 1


def test_where_nothing_was_ever_recorded_a_promotion_makes_no_store(promoted: Any) -> None:
    result = run(promoted, "promote", "churn", uri="")

    assert result.exit_code == 0, result.exception
    assert not promoted.home.mlflow.exists()


def test_the_way_back_needs_no_mlflow(promoted: Any) -> None:
    promoted.home.mlflow.mkdir()
    (promoted.home.mlflow / "mlflow.db").touch()
    program = "import sys; sys.modules['mlflow'] = None; from lifecycle.__main__ import main; main()"
    places = {"LIFECYCLE_HOME": str(promoted.home.root), "LIFECYCLE_SIGNING_KEY": str(promoted.signing_key)}

    ended = subprocess.run(
        [sys.executable, "-c", program, "rollback", "churn"], env=os.environ | places, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "`champion` follows at the next" in ended.stdout
