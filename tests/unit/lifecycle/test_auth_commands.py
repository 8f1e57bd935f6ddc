from __future__ import annotations

import json
from unittest.mock import Mock

import pytest
import typer
from sqlalchemy import update
from typer.testing import CliRunner

from features.errors import InvalidInput
from features.subjects import SecretExposed
from features.times import parse_time
from lifecycle.database import open_operational
from lifecycle.serve import register, service_settings
from lifecycle.settings import Settings
from serving.database import writing
from serving.database.keys import UnknownKey
from serving.database.tables import api_key_secrets


@pytest.fixture
def run():
    app = typer.Typer()
    register(app)

    def run(*words):
        done = CliRunner().invoke(app, ["keys", *words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def told():
    """Return what a command tells people."""
    app = typer.Typer()
    register(app)
    return lambda *words: CliRunner().invoke(app, ["keys", *words], catch_exceptions=False).stdout


def test_a_key_is_shown_once_and_listed_without_its_secret(run):
    made = run("create", "--name", "crm", "--scope", "read", "--scope", "ingest")

    listed = run("list")["keys"]

    assert made["secret"].startswith("lck_")
    assert [(key["id"], key["scopes"]) for key in listed] == [(made["id"], ["ingest", "read"])]
    assert made["secret"] not in json.dumps(listed)


def test_the_list_says_when_a_key_was_last_used(run):
    app = typer.Typer()
    register(app)
    run("create", "--name", "crm", "--scope", "read")

    before = CliRunner().invoke(app, ["keys", "list"]).stdout
    with open_operational(Settings()) as engine, writing(engine) as connection:
        connection.execute(update(api_key_secrets).values(last_used_at=parse_time("2026-11-30T12:00:00Z")))
    after = CliRunner().invoke(app, ["keys", "list"]).stdout

    assert "not used yet" in before
    assert "used 2026-11-30T12:00:00" in after


def test_rotating_gives_the_same_key_another_secret(run):
    made = run("create", "--name", "crm", "--scope", "read")

    rotated = run("rotate", made["id"], "--overlap-hours", "1")

    assert rotated["id"] == made["id"]
    assert rotated["secret"] != made["secret"]


def test_a_revoked_key_is_listed_as_revoked(run):
    made = run("create", "--name", "crm", "--scope", "read")
    run("revoke", made["id"])

    assert run("list")["keys"][0]["revoked_at"]


def test_a_key_nobody_has_is_named(run):
    with pytest.raises(UnknownKey, match="000000000000"):
        run("revoke", "000000000000")


def test_the_service_is_told_where_it_is_whatever_folder_it_runs_in(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFECYCLE_HOME", "var")

    told = service_settings(Settings())

    assert told.home.root == tmp_path / "var"
    assert told.database_url == f"sqlite:///{tmp_path}/var/lifecycle.db"


def test_serving_with_a_secret_that_others_may_read_is_refused_before_any_worker_serves(monkeypatch):
    secret = Settings().home.keys / "installation.secret"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_bytes(bytes(32))
    secret.chmod(0o644)
    worker = Mock(**{"poll.return_value": None})
    monkeypatch.setattr("serving.server.call_worker", lambda *_: worker)
    monkeypatch.setattr("serving.server.let_serve", lambda _: pytest.fail("a worker would have served"))
    app = typer.Typer()
    register(app)

    with pytest.raises(SecretExposed, match="chmod 600"):
        CliRunner().invoke(app, ["serve", "--port", "0"], catch_exceptions=False)

    worker.kill.assert_called_once()


def test_a_key_is_given_a_limit_of_its_own_and_loses_it_again(run):
    made = run("create", "--name", "crm", "--scope", "read", "--requests-per-minute", "90")
    before = run("list")["keys"][0]["requests_per_minute"]

    run("limit", made["id"], "30")
    after = run("list")["keys"][0]["requests_per_minute"]
    run("limit", made["id"])

    assert (before, after, run("list")["keys"][0]["requests_per_minute"]) == (90, 30, None)


def test_a_key_is_given_an_end_and_loses_it_again(run):
    made = run("create", "--name", "crm", "--scope", "read")

    assert run("expire", made["id"], "2030-01-01T00:00:00Z")["expires_at"] == "2030-01-01T00:00:00Z"
    listed = run("list")["keys"][0]["expires_at"]
    run("expire", made["id"])

    assert (listed, run("list")["keys"][0]["expires_at"]) == ("2030-01-01T00:00:00Z", None)


def test_a_key_whose_end_is_past_is_listed_as_expired(run, told):
    made = run("create", "--name", "crm", "--scope", "read")
    run("expire", made["id"], "2020-01-01T00:00:00Z")

    assert "expired" in told("list")


def test_an_end_that_is_no_moment_is_refused(run):
    made = run("create", "--name", "crm", "--scope", "read")

    with pytest.raises(InvalidInput):
        run("expire", made["id"], "tomorrow")
