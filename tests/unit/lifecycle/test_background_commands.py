from __future__ import annotations

import json
import signal
import threading
import time

import pytest
from typer.testing import CliRunner

from features.home import Home
from features.log.store import EventLog
from lifecycle.__main__ import app
from lifecycle.doctor import examine
from lifecycle.settings import Settings
from serving.background import worker
from serving.background.lease import Lease
from serving.database import database_url, open_database, writing
from serving.database import inbox as store
from serving.database.inbox import InboxRow
from serving.service import moment_now


@pytest.fixture
def home(monkeypatch, tmp_path) -> Home:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def acknowledge(home: Home) -> None:
    row = {"customer_id": "c1", "event_id": "e1", "occurred_at": "2025-12-01T00:00:00Z", "feature": "x"}
    row["known_at"] = "2025-12-31T00:00:00Z"
    engine = open_database(database_url(home))
    with writing(engine) as connection:
        newest = moment_now()
        store.keep_rows(connection, [InboxRow(newest, "usage", "c1", None, json.dumps(row).encode())], newest=newest)
    engine.dispose()


def background_line() -> tuple[str, str]:
    (found,) = [finding for finding in examine(Settings()) if finding.check == "background"]
    return found.verdict, found.found


def test_log_drain_moves_acknowledged_events_too(home):
    acknowledge(home)

    done = CliRunner().invoke(app, ["log", "drain", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["events"] == 1
    assert EventLog.open(home).manifest.rows == {"usage": 1}


def test_doctor_says_who_leads_and_what_waits(home):
    assert background_line() == ("note", "nothing runs yet")

    acknowledge(home)
    verdict, found = background_line()
    assert (verdict, found.startswith("nobody leads; 1 rows of events wait")) == ("note", True)

    engine = open_database(database_url(home))
    Lease(engine, moment_now, holder="host:7").strive()
    engine.dispose()
    verdict, found = background_line()
    assert (verdict, found.startswith("host:7 leads since ")) == ("ok", True)


def test_work_works_until_it_is_told_to_end(home, monkeypatch):
    acknowledge(home)
    told = threading.Event()
    monkeypatch.setattr(worker, "TASKS", {"once": lambda _: _Ends(told)})

    done = CliRunner().invoke(app, ["work", "--json"])

    assert done.exit_code == 0, done.output
    assert told.is_set()


class _Ends:
    every_seconds = 60.0

    def __init__(self, told: threading.Event) -> None:
        self._told = told

    def run(self) -> bool:
        self._told.set()
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0)
        return False
