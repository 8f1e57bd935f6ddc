from __future__ import annotations

import pytest
from sqlalchemy import select

from features.times import DAY, HOUR, parse_time
from serving.database import reading, writing
from serving.database.tables import (
    alerts,
    decisions,
    deliveries,
    drain_cursors,
    exposures,
    idempotent_answers,
    outcomes,
    sessions,
)
from serving.people.accounts import create_person
from serving.pruning import rows
from serving.pruning.retention import Retention
from serving.pruning.rows import count_rows, prune_rows

NOW = parse_time("2026-11-30T00:00:00Z")
KEEP = Retention(deliveries_days=10, alerts_days=10, decisions_days=10)


def put(engine, table, *values):
    with writing(engine) as connection:
        connection.execute(table.insert(), list(values))


def left(engine, column):
    with reading(engine) as connection:
        return sorted(connection.scalars(select(column)))


def delivery(name, **times):
    unset = dict.fromkeys(("delivered_at", "dead_at", "next_at"))
    return {"id": name, "webhook_id": "w", "type": "t", "body": b"", "created_at": 0, "attempts": 1} | unset | times


def decision(name, age_days):
    return {"id": name, "state": "kept", "customer_id": "c1", "decided_at": NOW - age_days * DAY}


def test_messages_that_are_settled_go_after_their_days_and_those_that_wait_stay(engine):
    old = NOW - 11 * DAY
    put(engine, deliveries, delivery("sent", delivered_at=old), delivery("dead", dead_at=old), delivery("waits", next_at=old))
    put(engine, deliveries, delivery("new", delivered_at=NOW - 9 * DAY))

    assert prune_rows(engine, KEEP, now=NOW)["deliveries"] == 2
    assert left(engine, deliveries.c.id) == ["new", "waits"]


def test_alerts_that_stand_never_go(engine):
    facts = {"customer_id": "c", "code": "x", "raised_at": 0, "bundle": "b", "snapshot": "s", "facts": b""}
    put(
        engine,
        alerts,
        {"id": "over", "since": 1, "ended_at": NOW - 11 * DAY} | facts,
        {"id": "on", "since": 2, "ended_at": None} | facts,
    )

    prune_rows(engine, KEEP, now=NOW)

    assert left(engine, alerts.c.id) == ["on"]


def test_answers_for_repeats_go_after_their_day_in_portions(engine, monkeypatch):
    monkeypatch.setattr(rows, "PORTION", 3)
    answer = {"caller_id": "k", "route": "r", "request_digest": "d"}
    put(engine, idempotent_answers, *(answer | {"idempotency_key": f"old{n}", "started_at": NOW - 2 * DAY} for n in range(7)))
    put(engine, idempotent_answers, answer | {"idempotency_key": "new", "started_at": NOW - DAY // 2})

    counted = count_rows(engine, KEEP, now=NOW)["idempotent_answers"]

    assert counted == prune_rows(engine, KEEP, now=NOW)["idempotent_answers"] == 7
    assert left(engine, idempotent_answers.c.idempotency_key) == ["new"]


@pytest.fixture
def decided(engine):
    """Three old decisions and a new one; the log holds the first two, and nothing yet of what was told about the second."""
    put(engine, decisions, *(decision(name, age) for name, age in (("d1", 20), ("d2", 19), ("d3", 18), ("d4", 1))))
    slot = {"rank": 1, "customer_id": "c1", "offer_id": "o", "arm": "policy", "decided_at": 0}
    put(engine, exposures, *(slot | {"decision_id": name} for name in ("d1", "d2", "d3", "d4")))
    told = {"rank": 1, "customer_id": "c1", "told": "shown", "at": 0, "received_at": 0, "is_late": 0}
    put(engine, outcomes, told | {"decision_id": "d1"}, told | {"decision_id": "d2"})
    put(engine, drain_cursors, {"stream": "decisions", "sequence": 2}, {"stream": "outcomes", "sequence": 1})
    return engine


def test_only_decisions_that_the_log_holds_with_all_that_was_told_go(decided):
    assert prune_rows(decided, KEEP, now=NOW)["decisions"] == 1
    assert left(decided, decisions.c.id) == left(decided, exposures.c.decision_id) == ["d2", "d3", "d4"]
    assert left(decided, outcomes.c.decision_id) == ["d2"]


def test_decisions_are_kept_for_ever_unless_told_otherwise(decided):
    assert "decisions" not in prune_rows(decided, Retention(), now=NOW)
    assert len(left(decided, decisions.c.id)) == 4


def test_sessions_go_once_they_are_over(engine):
    ana = create_person(engine, name="ana", role="agent", password="correct horse battery", created_at=0)
    for digest, begun, seen in (("new", HOUR, 0), ("unused", HOUR, HOUR), ("long", 13 * HOUR, 0)):
        row = {"digest": digest, "person_id": ana.id, "created_at": NOW - begun, "seen_at": NOW - seen}
        put(engine, sessions, row)

    assert prune_rows(engine, KEEP, now=NOW)["sessions"] == 2
    assert left(engine, sessions.c.digest) == ["new"]
