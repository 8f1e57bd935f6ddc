import json
import sys
from pathlib import Path

import pytest

from features.home import Home
from features.log.store import EventLog
from lifecycle.__main__ import main
from models.bundle import Live, read_live, write_live

MAPPING = """
name = "shop"
known_at = "event_time"
company = "activity"
assumptions = ["prices are net"]
[files]
sales = "*.csv"
[select]
milestones = "SELECT * FROM sales"
"""
ROWS = "customer_id,milestone_id,reached_at,milestone\nc1,m1,2026-01-01T10:00:00Z,login\nc2,m2,2026-01-02T10:00:00Z,login\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(MAPPING)
    (tmp_path / "sales.csv").write_text(ROWS)
    return Home(tmp_path / "var")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lifecycle", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_an_import_reports_what_came_and_what_to_do_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "import", "shop.toml", "--from", "sales.csv") == 0

    told = capsys.readouterr().out
    for part in (
        "2 of 2 rows accepted, 0 quarantined",
        "observed until 2026-01-02T10:00:00Z",
        "prices are net",
        "next: lifecycle train",
    ):
        assert part in told
    assert EventLog.open(home).manifest.rows == {"milestones": 2}


def test_the_same_report_for_a_program(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["sources"]["milestones"]["accepted"] == told["sources"]["milestones"]["selected"] == 2
    assert told["log"]["digest"] == EventLog.open(home).digest


def test_the_company_file_of_a_mapping_is_used_only_where_none_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv")
    brought = read_live(home)
    write_live(home, Live(company="a" * 64))
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv")

    assert brought is not None
    assert (home.companies / f"{brought.company}.toml").is_file()
    assert read_live(home) == Live(company="a" * 64)


def test_a_file_that_breaks_its_contract_exits_with_2_and_leaves_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("sales.csv").write_text(ROWS.replace("c1,", ",").replace("Z,", ",").replace("milestone\n", "mile\n"))

    assert run(monkeypatch, "import", "shop.toml", "--from", "sales.csv") == 2

    told = capsys.readouterr().err
    for part in ("milestones.mile: ", "milestones.milestone: required", "naive time", "customer_id: absent: 1 of 2 rows (row 1)"):
        assert part in told
    assert not home.root.exists()


@pytest.mark.usefixtures("home")
def test_a_mapping_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "import", "mine.toml", "--from", "sales.csv") == 4
    assert "mine.toml" in capsys.readouterr().err


def test_verify_names_the_damaged_file(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv")
    assert run(monkeypatch, "log", "verify") == 0
    damaged = next(iter(EventLog.open(home).manifest.files))
    with (home.log / damaged).open("ab") as file:
        file.write(b"x")

    assert run(monkeypatch, "log", "verify") == 8
    assert damaged in capsys.readouterr().err


def test_compact_folds_what_deliveries_brought_and_says_what_it_did(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"c{number},m{number},2026-01-01T10:00:00Z,login\n" for number in range(3, 20))
    Path("sales.csv").write_text(ROWS + many)
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv")
    Path("sales.csv").write_text(ROWS.splitlines()[0] + "\nnew,m99,2026-01-03T10:00:00Z,login\n")
    run(monkeypatch, "import", "shop.toml", "--from", "sales.csv")
    digest = EventLog.open(home).digest
    capsys.readouterr()

    assert run(monkeypatch, "log", "compact") == 0

    assert capsys.readouterr().out == "version 3: deltas folded: 1 of milestones; 16 buckets\n"
    assert EventLog.open(home).digest == digest
