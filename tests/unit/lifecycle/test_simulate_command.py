from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from features.contracts.sources import SOURCES
from features.home import Home
from features.log import EventLog
from lifecycle import simulate
from lifecycle.simulate import LogNotEmpty
from models.bundle import Live, read_live, write_live


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    return Home(tmp_path)


def run(*arguments: str) -> Result:
    app = typer.Typer()
    simulate.register(app)
    return CliRunner().invoke(app, ["--customers", "60", "--years", "1", "--seed", "1", *arguments])


def test_a_simulated_company_fills_the_log_and_brings_its_company_file(home: Home) -> None:
    told = json.loads(run("--json").stdout)

    assert set(EventLog.open(home).manifest.rows) == set(SOURCES)
    assert read_live(home) == Live(company=told["company"])
    assert Path(told["truth"]).parent == home.root / "truth"
    assert all(source["quarantined"] == 0 for source in told["sources"].values())


def test_a_log_with_rows_is_left_as_it_is(home: Home) -> None:
    run()
    before = EventLog.open(home).digest

    refused = run().exception

    assert isinstance(refused, LogNotEmpty)
    assert refused.exit_code == 5
    assert EventLog.open(home).digest == before


def test_a_company_file_in_use_stays_in_use(home: Home) -> None:
    write_live(home, Live(company="a" * 64))

    run()

    assert read_live(home) == Live(company="a" * 64)


@pytest.mark.usefixtures("home")
def test_progress_goes_to_stderr() -> None:
    result = run()

    assert "write the event log" in result.stderr
    assert "truth, for grading only" in result.stdout
