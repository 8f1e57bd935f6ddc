from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.home import Home
from features.times import SECOND, parse_time
from serving.background import worker
from serving.background.lease import Lease, LeaseLost
from serving.background.office import Office
from serving.background.running import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Named, Runner
from serving.background.standing import LONG_WAIT_SECONDS, Standing, standing_of, tell_metrics
from serving.background.tasks import TASKS
from serving.background.worker import work
from serving.database import DatabaseUnavailable, writing
from serving.database import inbox as store
from serving.database.inbox import Backlog, InboxRow
from serving.database.tables import drain_cursors
from serving.door.logs import json_log
from serving.live.shelf import LiveShelf
from serving.live.watch import LiveWatch
from serving.settings import ServiceSettings
from serving.vitals.metrics import Metrics

NOW = parse_time("2026-01-01")
SECRET = "Jane Doe"


class Portions:
    """A task of a few portions; a fault among them is raised."""

    every_seconds = 7.0

    def __init__(self, *portions: bool | Exception) -> None:
        self.left = list(portions)

    def run(self) -> bool:
        portion = self.left.pop(0)
        if isinstance(portion, Exception):
            raise portion
        return portion


@pytest.fixture
def said() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def office(sqlite_engine: Engine, tmp_path: Path, said: io.BytesIO) -> Office:
    home, metrics, log = Home(tmp_path), Metrics(), json_log(said)
    live = LiveWatch(LiveShelf(home), metrics, log)
    return Office(ServiceSettings(home), lambda: NOW, log, metrics, sqlite_engine, live, b"s" * 32)


def test_a_task_that_has_more_to_do_goes_on_at_once(office):
    runner = Runner(Named("t", Portions(True, False)), office)

    assert [runner.run_once(), runner.run_once()] == [0.0, Portions.every_seconds]


def test_a_task_that_fails_waits_longer_each_time_until_it_succeeds(office):
    runner = Runner(Named("t", Portions(*[OSError()] * 9, False, OSError())), office)

    pauses = [runner.run_once() for _ in range(11)]

    assert pauses[:3] == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, 4 * FIRST_PAUSE_SECONDS]
    assert pauses[8:] == [LONGEST_PAUSE_SECONDS, Portions.every_seconds, FIRST_PAUSE_SECONDS]


def test_a_failure_is_counted_and_logged_by_its_kind_alone(office, said):
    Runner(Named("t", Portions(ValueError(SECRET))), office).run_once()

    page, line = office.metrics.page().decode(), json.loads(said.getvalue())
    assert 'lifecycle_task_failures_total{task="t"} 1.0' in page
    assert (line["event"], line["task"], line["fault"]) == ("task_failed", "t", "ValueError")
    assert SECRET not in said.getvalue().decode()


def test_a_success_says_when(office):
    Runner(Named("t", Portions(False)), office).run_once()

    assert 'lifecycle_task_success_seconds{task="t"} 1.7672256e+09' in office.metrics.page().decode()


def test_one_task_that_fails_stops_no_other(office):
    done = threading.Event()

    class Doing:
        every_seconds = 60.0

        def run(self) -> bool:
            done.set()
            return False

    runners = [Runner(Named("bad", Portions(OSError())), office), Runner(Named("good", Doing()), office)]
    for runner in runners:
        runner.start()

    assert done.wait(30)
    for runner in runners:
        runner.stop()
    assert all(runner.join(30) for runner in runners)


def test_an_office_of_the_past_cannot_write(office, sqlite_engine):
    lease = Lease(sqlite_engine, lambda: NOW)
    led = Office(**{**vars(office), "fence": lease.fence})

    with pytest.raises(LeaseLost), led.writing():
        pass

    lease.strive()
    with led.writing() as connection:
        connection.execute(drain_cursors.insert().values(stream="x", sequence=1))


def acknowledged(engine: Engine, *, at: int) -> None:
    row = {"customer_id": "c1", "event_id": "e1", "occurred_at": "2025-12-01T00:00:00Z", "feature": "x"}
    row["known_at"] = "2025-12-31T00:00:00Z"
    with writing(engine) as connection:
        store.keep_rows(connection, [InboxRow(at, "usage", "c1", None, json.dumps(row).encode())], newest=at)


def test_the_tasks_bring_acknowledged_rows_into_the_log(office, sqlite_engine):
    acknowledged(sqlite_engine, at=NOW - SECOND)

    assert [task(office).run() for task in TASKS.values()] == [False] * len(TASKS)

    assert standing_of(sqlite_engine, now=NOW).waits == Backlog(0, None)
    assert office.news.take(1) == ["c1"]


def test_a_process_that_works_leads_does_what_waits_and_lets_go_when_told_to_end(sqlite_engine, tmp_path, monkeypatch):
    end, home = threading.Event(), Home(tmp_path / "home")
    acknowledged(sqlite_engine, at=NOW)
    monkeypatch.setattr(worker, "TASKS", {"once": lambda office: _EndsAll(office, end)})

    work(ServiceSettings(home, database_url=str(sqlite_engine.url)), end)

    standing = standing_of(sqlite_engine, now=NOW)
    assert standing.leads is not None
    assert (standing.leads.holder, standing.leads.epoch) == ("", 1)


class _EndsAll:
    every_seconds = 60.0

    def __init__(self, office: Office, end: threading.Event) -> None:
        self._office = office
        self._end = end

    def run(self) -> bool:
        with self._office.writing():
            self._end.set()
        return False


def test_how_the_work_stands_is_said_in_one_line(sqlite_engine):
    assert standing_of(sqlite_engine, now=NOW).text == "nobody leads; 0 rows of events wait"

    Lease(sqlite_engine, lambda: NOW, holder="host:1").strive()
    acknowledged(sqlite_engine, at=NOW)
    standing = standing_of(sqlite_engine, now=NOW + 3 * SECOND)

    assert standing.text == "host:1 leads since 2026-01-01T00:00:00Z, term 1; 1 rows of events wait, the oldest for 3 s"
    assert standing.verdict == "ok"


@pytest.mark.parametrize(("waiting_seconds", "verdict"), [(0, "note"), (LONG_WAIT_SECONDS + 1, "fault")])
def test_somebody_must_look_only_if_rows_wait_for_long(waiting_seconds, verdict):
    oldest = NOW - int(waiting_seconds * SECOND)

    assert Standing(None, Backlog(1, oldest), NOW).verdict == verdict


def test_the_gauges_say_what_waits_and_that_they_do_not_know(sqlite_engine, monkeypatch):
    metrics = Metrics()
    acknowledged(sqlite_engine, at=NOW)

    tell_metrics(metrics, sqlite_engine, now=NOW + 2 * SECOND)
    assert "lifecycle_inbox_rows 1.0\n" in metrics.page().decode()
    assert "lifecycle_inbox_age_seconds 2.0\n" in metrics.page().decode()

    monkeypatch.setattr("serving.background.standing.reading", _gone)
    tell_metrics(metrics, sqlite_engine, now=NOW)
    assert "lifecycle_inbox_rows NaN\n" in metrics.page().decode()


def _gone(_):
    raise DatabaseUnavailable("gone")
