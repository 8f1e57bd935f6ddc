from __future__ import annotations

import os
import time

import pytest

from features.times import parse_time
from lifecycle import standing
from lifecycle.database import open_operational
from lifecycle.settings import Settings
from serving.database import writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain.chaining import chain_all
from serving.database.tables import leases

NOW = parse_time("2026-03-01T09:00:00Z")


@pytest.fixture
def engine():
    with open_operational(Settings()) as engine:
        yield engine


def test_before_anything_is_made_nothing_is_a_fault():
    checks = (standing.database, standing.audit, standing.background, standing.clock)

    assert {check(Settings()).verdict for check in checks} <= {"note", "ok"}


def test_the_doctor_says_how_much_of_the_audit_is_sealed(engine, monkeypatch):
    with writing(engine) as connection:
        record_in(connection, [AuditEntry(NOW, "r1", None, "read", "customer", "s1", 200)])
    chain_all(Settings().home, engine)

    found = standing.audit(Settings())
    monkeypatch.setattr(standing, "_UNSEALED_WORTH_A_NOTE", -1)

    assert (found.verdict, found.found) == ("ok", "1 entries sealed, 0 wait")
    assert standing.audit(Settings()).verdict == "note"


def test_the_doctor_names_who_does_the_background_work(engine):
    assert standing.background(Settings()).verdict == "note"

    with writing(engine) as connection:
        now = time.time_ns() // 1000
        connection.execute(leases.insert().values(name="background", holder="web1", epoch=3, since=NOW, renewed_at=now))

    assert "web1 leads since 2026-03-01T09:00:00Z, term 3" in standing.background(Settings()).found


@pytest.mark.usefixtures("engine")
def test_a_file_from_the_future_says_that_the_clock_is_wrong():
    path = Settings().home.root / "live.json"
    path.write_text("{}")
    os.utime(path, (time.time() + 4000, time.time() + 4000))

    assert standing.clock(Settings()).verdict == "fault"
