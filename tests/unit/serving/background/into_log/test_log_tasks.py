from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks.kept_decisions import DECIDED_AT, kept
from features.home import Home
from features.log.files import LogFile
from features.log.manifest import LogManifest, read_manifest
from features.log.store import EventLog
from features.log.writer import writer_lock
from features.times import HOUR
from serving.background.into_log import tasks as log_tasks
from serving.background.into_log.tasks import MOST_DELTAS, CompactLog, DrainDecisions, EmptyInbox
from serving.background.office import Office
from serving.database import writing
from serving.database.offered import decisions as store
from serving.door.logs import json_log
from serving.live.shelf import LiveShelf
from serving.live.watch import LiveWatch
from serving.settings import ServiceSettings
from serving.vitals.metrics import Metrics

NOW = DECIDED_AT + HOUR


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    home, metrics, log = Home(tmp_path), Metrics(), json_log()
    return Office(ServiceSettings(home), lambda: NOW, log, metrics, engine, LiveWatch(LiveShelf(home), metrics, log), b"s" * 32)


def decide(office: Office, decision_id: str) -> None:
    with writing(office.engine) as connection:
        store.keep(connection, [kept(decision_id)])


def version(office: Office) -> int:
    manifest = read_manifest(office.settings.home)
    return manifest.version if manifest else 0


def test_what_was_decided_is_moved_and_is_no_news_of_the_customer(office):
    decide(office, "d1")

    assert DrainDecisions(office).run() is False

    manifest = read_manifest(office.settings.home)
    assert manifest is not None
    assert set(manifest.rows) == {"offers"}
    assert office.news.take(9) == []


def test_after_a_drain_the_log_need_not_be_searched_for_news(office):
    DrainDecisions(office).run()
    office.news.catch_up(EventLog.open(office.settings.home).digest, [])

    decide(office, "d1")
    DrainDecisions(office).run()

    assert office.news.speaks_for(EventLog.open(office.settings.home).digest)


@pytest.mark.parametrize("kind", [EmptyInbox, DrainDecisions, CompactLog])
def test_the_log_is_left_alone_while_there_is_nothing(office, kind):
    task = kind(office)
    task.run()
    before = version(office)

    assert [task.run() for _ in range(3)] == [False] * 3
    assert version(office) == before


def test_whoever_begins_to_lead_says_up_to_when_all_is_there(office):
    decide(office, "d1")
    DrainDecisions(office).run()
    before = version(office)

    later = Office(**{**vars(office), "clock": lambda: NOW + HOUR})
    DrainDecisions(later).run()

    assert version(office) == before + 1


def test_a_log_that_an_import_writes_is_waited_for(office):
    decide(office, "d1")
    task = DrainDecisions(office)

    with writer_lock(office.settings.home):
        assert task.run() is False
    assert version(office) == 0

    task.run()
    assert version(office) > 0


@pytest.mark.parametrize(("deltas", "folds"), [(MOST_DELTAS, 0), (MOST_DELTAS + 1, 1)])
def test_many_files_beside_a_base_are_folded_in(office, monkeypatch, deltas, folds):
    folded: list[Home] = []
    monkeypatch.setattr(log_tasks, "compact", folded.append)
    monkeypatch.setattr(log_tasks, "read_manifest", lambda _: _with_deltas(deltas))

    assert CompactLog(office).run() is False

    assert len(folded) == folds


def _with_deltas(number: int) -> LogManifest:
    return LogManifest(log_files=tuple(LogFile(f"usage/delta/{place}.parquet", "0", ()) for place in range(number)))
