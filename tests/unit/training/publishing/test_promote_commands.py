"""What a data scientist sees: tables beside baselines, gates with reasons, the next command, and the same as JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from features.errors import Forbidden
from lifecycle import publish as publish_commands
from lifecycle import train as train_commands
from lifecycle.admin import NotAnAdmin
from models.bundle.pointer import publishing_lock
from serving.database import database_url, open_database
from serving.database.keys import CreatedKey, Scope, create_key
from training.gates import PromotionRefused
from training.publishing.ledger import move_live, read_ledger
from training.publishing.opening import AdminMissing
from training.publishing.score import use_company


def run(shop: Any, *arguments: str, key: str = "") -> Result:
    app = typer.Typer()
    train_commands.register(app)
    publish_commands.register(app)
    env = {"LIFECYCLE_HOME": str(shop.home.root), "LIFECYCLE_SIGNING_KEY": str(shop.signing_key)}
    return CliRunner().invoke(app, list(arguments), env=env | ({"LIFECYCLE_ADMIN_KEY": key} if key else {}))


def key_of(shop: Any, scope: Scope) -> CreatedKey:
    engine = open_database(database_url(shop.home))
    try:
        return create_key(engine, name="somebody", scopes=(scope,), created_at=0)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def trained_by_command(trained_shop: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("command")
    shop = replace(trained_shop, folder=shutil.copytree(trained_shop.folder, folder, dirs_exist_ok=True))
    use_company(shop.home, shop.company, at=0)
    return shop, run(shop, "train", "churn", "--no-mlflow")


def test_a_training_is_shown_beside_its_baselines_with_intervals(trained_by_command: Any) -> None:
    _, result = trained_by_command

    assert result.exit_code == 0, result.exception
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("  log_loss")]
    assert line.count("[") == 6
    assert all(name in result.stdout for name in ("recipe", "mbg_nbd", "rfm_logistic", "prior"))


def test_a_training_ends_with_the_gates_and_the_next_command(trained_by_command: Any) -> None:
    _, result = trained_by_command

    assert "better_than_baselines" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Next: ")
    assert "fitted again on all" in result.stdout


def test_a_training_as_json_holds_figures_folds_and_gates(trained_by_command: Any) -> None:
    shop, _ = trained_by_command

    report = json.loads(run(shop, "train", "churn", "--no-mlflow", "--as-of", "2025-12-01", "--json").stdout)

    assert set(report["pooled"]["recipe"]["auc"]) == {"value", "low", "high"}
    assert report["gates"][0]["name"] == "golden_rows"
    assert report["data"]["as_of"] > 0


@pytest.mark.usefixtures("graded_on_too_few")
def test_a_refused_promotion_is_an_error_of_its_own_kind(shop: Any) -> None:
    refused = run(shop, "promote", "churn").exception

    assert isinstance(refused, PromotionRefused)
    assert refused.exit_code == 6


@pytest.mark.usefixtures("graded_on_too_few")
def test_a_promotion_shows_every_gate_and_what_is_live(shop: Any) -> None:
    admin = key_of(shop, "admin")

    result = run(shop, "promote", "churn", "--override", "small shop", key=admin.secret)

    assert "REFUSED  enough_data" in result.stdout
    assert "recorded reason: small shop" in result.stdout
    assert (read_ledger(shop.home)[-1].override, read_ledger(shop.home)[-1].admin) == ("small shop", admin.id)


@pytest.mark.usefixtures("graded_on_too_few")
@pytest.mark.parametrize(("scope", "refusal"), [(None, AdminMissing), ("decide", NotAnAdmin)])
def test_nobody_but_an_admin_overrides_a_gate(shop: Any, scope: Scope | None, refusal: type[Forbidden]) -> None:
    key = key_of(shop, scope).secret if scope else ""

    refused = run(shop, "promote", "churn", "--override", "small shop", key=key).exception

    assert type(refused) is refusal
    assert refused.exit_code == 3
    assert read_ledger(shop.home) == []


def test_the_models_command_shows_what_was_live_and_when(promoted: Any) -> None:
    shown, then = run(promoted, "models").stdout, run(promoted, "models", "--at", "2025-12-21T12:00:00Z", "--json").stdout

    assert shown.count("promote") == 2
    assert "<- live" in shown
    assert json.loads(then)["live"]["models"] == {"churn": promoted.trained.model_sha}


def test_going_back_is_shown_and_recorded(promoted: Any) -> None:
    result = run(promoted, "rollback", "churn", "--reason", "it is odd")

    assert "(rollback)" in result.stdout
    assert read_ledger(promoted.home)[-1].override == "it is odd"


def test_a_model_that_leaves_with_its_company_file_is_named(promoted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    newest = read_ledger(promoted.home)[-1]
    with publishing_lock(promoted.home):
        move_live(promoted.home, replace(newest, models={**newest.models, "purchase": "5" * 64}))
        move_live(promoted.home, replace(newest, at=newest.at + 1))

    publish_commands._say_who_left(promoted.home)

    assert "are asked now: purchase; `lifecycle train purchase`" in capsys.readouterr().err


def test_scores_are_published_or_written_to_a_file(promoted: Any) -> None:
    out = promoted.folder / "scores.csv"

    assert "150 customers" in run(promoted, "score", "--out", str(out)).stdout
    assert len(pd.read_csv(out)) == 150
    assert json.loads(run(promoted, "score", "--json").stdout)["action"] == "score"
