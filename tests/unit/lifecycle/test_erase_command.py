"""`lifecycle erase` does everything in the foreground, and refuses an id of which nothing is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.canary import CANARY, put_into_log, traces_in_files
from benchmarks.live_states import AS_OF
from features.home import Home
from features.tombstones import read_tombstones
from lifecycle.__main__ import app
from lifecycle.erase import NothingKnown


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    put_into_log(Home(tmp_path), CANARY, until=AS_OF)
    return Home(tmp_path)


def test_it_prints_a_certificate_that_does_not_say_who_it_was(home: Home) -> None:
    done = CliRunner().invoke(app, ["erase", CANARY, "--json"])

    certificate = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {store["store"]: store["rows"] for store in certificate["files"]}["log"] == 6
    assert CANARY not in done.stdout
    assert traces_in_files(home.root) == []


def test_for_a_person_it_says_what_was_done_store_by_store(home: Home) -> None:
    done = CliRunner().invoke(app, ["erase", CANARY])

    assert "finished at" in done.stdout
    assert "quarantine                      1 rows in 1 of 1 searched" in done.stdout
    assert len(read_tombstones(home)) == 1


def test_an_unknown_id_is_refused_and_erased_all_the_same_if_that_is_meant(home: Home) -> None:
    refused = CliRunner().invoke(app, ["erase", "nobody"])
    meant = CliRunner().invoke(app, ["erase", "nobody", "--unknown"])

    assert isinstance(refused.exception, NothingKnown)
    assert meant.exit_code == 0
    assert read_tombstones(home).holds("nobody")
