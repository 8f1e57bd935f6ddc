import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, parse_time
from lifecycle.__main__ import main

START = parse_time("2026-01-05")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A log whose only source was known two weeks after it happened."""
    home = Home(tmp_path / "var")
    monkeypatch.setenv("LIFECYCLE_HOME", str(home.root))
    at = pd.to_datetime([START + day * DAY for day in range(60)], unit="us", utc=True)
    frame = pd.DataFrame({"milestone_id": [f"m{day}" for day in range(60)], "customer_id": "c1", "milestone": "login"})
    frame = frame.assign(reached_at=at, known_at=at + pd.Timedelta(days=14))
    append(home, {"milestones": frame}, receipt=Receipt(START + 80 * DAY, "given"))
    return home


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lifecycle", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_the_report_says_what_to_do_and_where_the_page_is(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "log", "report") == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "2 things to act on."
    assert "act   milestones: 100 % of the rows were known over a week after they happened" in told
    assert told[-1] == str(home.reports / "data_quality.html")
    assert "<title>Data quality</title>" in (home.reports / "data_quality.html").read_text()


def test_a_program_gets_the_findings_and_the_page_goes_where_it_asks(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "log", "report", "--json", "--out", str(tmp_path / "page.html")) == 0

    told = json.loads(capsys.readouterr().out)
    assert {finding["code"] for finding in told["findings"]} == {"late", "unknown_customers"}
    assert told["page"] == str(tmp_path / "page.html")
    assert (tmp_path / "page.html").is_file()
    assert (home.reports / "data_quality.json").is_file()


def test_without_a_log_there_is_nothing_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))

    assert run(monkeypatch, "log", "report") == 4
    assert "lifecycle import" in capsys.readouterr().err
