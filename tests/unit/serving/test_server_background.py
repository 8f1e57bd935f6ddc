"""The process of the background work beside the web workers: real processes, one service for all of it."""

from __future__ import annotations

import http.client
import json
import threading

import pytest

from benchmarks.ingestion_crashes.installed import Installation, Running, seconds_until
from benchmarks.ingestion_crashes.kept import Told, body_of, verdict
from benchmarks.ingestion_crashes.shutdown import shut_down
from features.home import Home
from serving import server
from serving.background.standing import standing_of
from serving.background.worker import work
from serving.database import database_url, open_database
from serving.server import Crew
from serving.service import moment_now
from serving.settings import ServiceSettings


class Process:
    """A child that lives until it is killed."""

    def __init__(self, kind: str) -> None:
        self.kind, self.pid, self.stdin, self.code = kind, id(self), None, None

    def poll(self):
        return self.code


@pytest.fixture
def started(monkeypatch) -> list[Process]:
    children: list[Process] = []

    def child(kind: str):
        return lambda *_: children.append(Process(kind)) or children[-1]

    monkeypatch.setattr(server, "call_worker", child("called"))
    monkeypatch.setattr(server, "start_worker", child("worker"))
    monkeypatch.setattr(server, "start_background", child("background"))
    return children


@pytest.fixture(autouse=True)
def begins_at_once(monkeypatch) -> None:
    monkeypatch.setattr(server, "WEB_FIRST_SECONDS", 0.0)


def crew(tmp_path, **named) -> Crew:
    return Crew(ServiceSettings(Home(tmp_path), metrics_folder=str(tmp_path)), None, 2, **named)


def test_one_does_the_background_work_beside_the_workers(tmp_path, started):
    crew(tmp_path).repair()

    assert [child.kind for child in started] == ["worker", "worker", "background"]


def test_web_processes_begin_before_the_background_work_does(tmp_path, started, monkeypatch):
    monkeypatch.setattr(server, "WEB_FIRST_SECONDS", 3600.0)
    standing = crew(tmp_path)

    standing.repair()
    assert [child.kind for child in started] == ["worker", "worker"]

    standing.posts[2].not_before = 0.0
    standing.repair()
    assert [child.kind for child in started] == ["worker", "worker", "background"]


def test_workers_called_ahead_are_let_serve_and_not_started_again(tmp_path, started, monkeypatch):
    let: list[str] = []
    monkeypatch.setattr(server, "let_serve", lambda process: let.append(process.kind))
    standing = crew(tmp_path)

    standing.call()
    assert let == []
    standing.let_serve()
    standing.repair()

    assert let == ["called", "called"]
    assert [child.kind for child in started] == ["called", "called", "background"]


def test_nobody_does_where_it_is_done_elsewhere(tmp_path, started):
    crew(tmp_path, has_background=False).repair()

    assert [child.kind for child in started] == ["worker", "worker"]


def test_whoever_does_the_background_work_is_replaced_when_it_dies(tmp_path, started):
    standing = crew(tmp_path)
    standing.repair()

    started[2].code = -9
    standing.repair()
    standing.posts[2].pause = 0.0
    standing.repair()

    assert [child.kind for child in started] == ["worker", "worker", "background", "background"]


def test_rows_told_to_a_service_are_in_the_log_and_none_in_flight_is_dropped_at_its_end(tmp_path):
    installation = Installation.made(tmp_path)
    running = Running(installation)
    seconds_until(lambda: running.is_whole)

    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    headers = {"Authorization": f"Bearer {installation.secret}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/events", body=body_of(Told("first", 0)), headers=headers)
    assert json.loads(connection.getresponse().read())["accepted"] == 3
    connection.close()
    seconds_until(lambda: installation.waiting_rows() == 0)
    ended = shut_down(installation, running)

    assert (ended.dropped, ended.exit_code) == (0, 0)
    _finish(installation)
    assert verdict(installation.home, [Told("first", 0), *ended.acknowledged]).is_clean


def _finish(installation: Installation) -> None:
    """Work in this process until the inbox is empty, as another host would."""
    end = threading.Event()
    working = threading.Thread(target=work, args=(ServiceSettings(installation.home), end))
    working.start()
    seconds_until(lambda: installation.waiting_rows() == 0)
    end.set()
    working.join()
    engine = open_database(database_url(installation.home))
    standing = standing_of(engine, now=moment_now())
    engine.dispose()
    assert standing.leads is not None
    assert standing.leads.epoch == 2
