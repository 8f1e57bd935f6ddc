"""A disk that is full, a file that may only be read and one that others hold, as SQLite itself meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from features.times import parse_time
from serving.database import DatabaseUnavailable, reading
from serving.database.audit import AuditEntry
from serving.database.opened import sqlite
from serving.database.opened.turns import turn_of_processes
from serving.database.tables import audit_entries, inbox
from serving.telling.judging import judge
from serving.telling.receiving import Delivery, Receiver

NOW = parse_time("2026-01-01")
ROWS = 20


@pytest.fixture
def receiver(sqlite_engine: Engine) -> Iterator[Receiver]:
    receiver = Receiver(sqlite_engine, lambda: NOW)
    yield receiver
    receiver.close()


def tell(receiver: Receiver) -> int:
    row = {"customer_id": "c1", "event_id": "e", "occurred_at": "2025-12-01T00:00:00Z", "feature": "long " * 300}
    judged = judge(json.dumps({"source": "usage", "rows": [row] * ROWS}).encode(), by_line=False, now=NOW)
    audit = AuditEntry(NOW, "r1", "key1", "ingest", "/v1/events", None, 200)
    answer = receiver.submit(Delivery(judged, {"c1": "hmac"}, audit)).result(30).answer
    return json.loads(answer.body)["accepted"]


def kept(engine: Engine) -> tuple[int, int]:
    with reading(engine) as connection:
        return tuple(connection.scalar(select(func.count()).select_from(table)) for table in (inbox, audit_entries))


@contextmanager
def said_to_every_connection(engine: Engine, pragma: str, undone: str) -> Iterator[None]:
    def say(connection: Connection) -> None:
        connection.exec_driver_sql(pragma)

    event.listen(engine, "begin", say)
    yield
    event.remove(engine, "begin", say)
    with engine.connect() as connection:
        connection.exec_driver_sql(undone)


@contextmanager
def disk_full(engine: Engine) -> Iterator[None]:
    with said_to_every_connection(engine, "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"):
        yield


@contextmanager
def read_only(engine: Engine) -> Iterator[None]:
    with said_to_every_connection(engine, "PRAGMA query_only = 1", "PRAGMA query_only = 0"):
        yield


@contextmanager
def held_by_another(engine: Engine) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, turn_of_processes(Path(engine.url.database), seconds=1.0):
        patch.setattr(sqlite, "BUSY_SECONDS", 0.05)
        yield


@pytest.mark.parametrize("trouble", [disk_full, read_only, held_by_another])
def test_rows_that_cannot_be_kept_are_not_acknowledged_and_nothing_of_them_stays(sqlite_engine, receiver, trouble):
    assert tell(receiver) == ROWS

    with trouble(sqlite_engine), pytest.raises(DatabaseUnavailable):
        tell(receiver)
    assert kept(sqlite_engine) == (ROWS, 1)

    assert tell(receiver) == ROWS
    assert kept(sqlite_engine) == (2 * ROWS, 2)
