"""The tasks that seal the audit and remove what is over do a portion each, and say whether more is due."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from benchmarks.live_states import AS_OF
from features.times import DAY
from models.bundle.pointer import publishing_lock
from serving.background.tasks import TASKS
from serving.database import reading, writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain import chaining
from serving.database.tables import alerts
from serving.door.logs import json_log
from serving.settings import ServiceSettings


@dataclass
class Office:
    """What these tasks need of the background process."""

    settings: ServiceSettings
    engine: object
    log: object = json_log()

    def clock(self) -> int:
        return AS_OF


@pytest.fixture
def office(engine, publisher):
    return Office(ServiceSettings(publisher.home), engine)


def test_sealing_goes_on_at_once_while_more_waits(office, monkeypatch):
    monkeypatch.setattr(chaining, "PORTION", 2)
    monkeypatch.setattr(chaining.chain_entries, "__kwdefaults__", {"most": 2})
    with writing(office.engine) as connection:
        record_in(connection, [AuditEntry(AS_OF + n, f"r{n}", None, "read", "customer", "s1", 200) for n in range(3)])
    task = TASKS["audit"](office)

    assert [task.run(), task.run(), task.run()] == [True, False, False]


def over(engine):
    facts = {"id": "a", "customer_id": "c", "code": "x", "since": 1, "raised_at": 0, "bundle": "b", "snapshot": "s", "facts": b""}
    with writing(engine) as connection:
        connection.execute(alerts.insert().values(facts | {"ended_at": AS_OF - 500 * DAY}))


def count(engine):
    with reading(engine) as connection:
        return len(connection.execute(select(alerts.c.id)).all())


def test_pruning_removes_rows_also_while_somebody_publishes(office):
    over(office.engine)
    office.settings.home.root.mkdir(exist_ok=True)

    with publishing_lock(office.settings.home):
        is_more = TASKS["prune"](office).run()

    assert is_more is False
    assert count(office.engine) == 0


def test_pruning_heeds_the_settings(office):
    over(office.engine)
    office.settings = replace(office.settings, retention=replace(office.settings.retention, alerts_days=501))

    TASKS["prune"](office).run()

    assert count(office.engine) == 1
