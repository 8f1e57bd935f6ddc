"""What an operator sees of a retraining: outcomes in words, what is live, the exit code, and the same as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.reports.retrain import retrain_report_path
from lifecycle import publish as publish_commands
from lifecycle import retrain as retrain_commands
from lifecycle import train as train_commands
from training.gates import recipe as gates
from training.retraining import making


def run(retraining: Any, *arguments: str) -> Result:
    app = typer.Typer()
    retrain_commands.register(app)
    train_commands.register(app)
    publish_commands.register(app)
    env = {"LIFECYCLE_HOME": str(retraining.home.root), "LIFECYCLE_SIGNING_KEY": str(retraining.shop.signing_key)}
    return CliRunner().invoke(app, ["retrain", "--no-mlflow", "--model", "churn", *arguments], env=env)


def test_a_retraining_is_told_in_words_with_figures_gates_and_what_is_live(next_night: Any) -> None:
    result = run(next_night)

    assert result.exit_code == 0, result.exception
    lines = result.stdout.splitlines()
    assert "Churn       promoted: every gate passed" in lines
    assert any(line.startswith("  less the recipe live before (") for line in lines)
    assert any(line.startswith("  passed  plausible: AUC ") for line in lines)
    assert (
        f"  churn       {json.loads(retrain_report_path(next_night.home).read_text())['live']['models']['churn'][:12]}" in lines
    )


def test_nothing_new_is_said_in_a_few_lines(next_night: Any) -> None:
    run(next_night)

    lines = run(next_night).stdout.splitlines()

    assert lines[0].startswith("Nothing new since ")
    assert "Churn       promoted: every gate passed" in lines
    assert len(lines) < 10


def test_as_json_it_is_the_report_and_whether_it_is_new(next_night: Any) -> None:
    first, second = json.loads(run(next_night, "--json").stdout), json.loads(run(next_night, "--json").stdout)

    stored = json.loads(retrain_report_path(next_night.home).read_text())
    assert {name: first[name] for name in stored} == stored
    assert (first["nothing_new"], second["nothing_new"]) == (False, True)


def test_a_model_held_for_review_ends_in_the_code_for_somebody_must_look(
    next_night: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "TOO_GOOD_AUC", 0.5)

    result = run(next_night)

    assert result.exit_code == 9
    assert result.stdout.splitlines()[-2:][0] == "Somebody must look"


def test_a_fault_of_the_program_ends_in_code_1_with_its_traceback(next_night: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "question_at", None)

    result = run(next_night)

    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    assert "FAILED: TypeError at making.py:" in result.stdout


def test_an_unknown_model_is_bad_input(next_night: Any) -> None:
    result = run(next_night, "--model", "weather")

    assert result.exit_code == 2
    assert "churn, transition, value, purchase" in " ".join(result.stderr.split())


def test_nothing_temporary_stays_behind(next_night: Any) -> None:
    run(next_night)

    assert list(next_night.home.root.rglob(".tmp-*")) == []
