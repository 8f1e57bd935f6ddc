from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from features.times import SECOND, parse_time
from serving.database import DatabaseUnavailable, reading, writing
from serving.database import group as groups
from serving.database.audit import AuditEntry, entries_about
from serving.database.idempotency import RepeatableRequest
from serving.database.tables import audit_entries, erasures, inbox
from serving.telling.judging import judge
from serving.telling.receiving import Delivery, Receiver, customers_of

NOW = parse_time("2026-01-01")
USE = {"event_id": "e1", "occurred_at": "2025-12-31T00:00:00Z", "feature": "search"}
AUDIT = AuditEntry(NOW, "r1", "key1", "ingest", "/v1/events", None, 200)


@pytest.fixture
def receiver(engine: Engine):
    receiver = Receiver(engine, lambda: NOW)
    yield receiver
    receiver.close()


def delivery(*rows: dict, key: str | None = None) -> Delivery:
    content = json.dumps({"source": "usage", "rows": rows}).encode()
    judged = judge(content, by_line=False, now=NOW)
    subjects = {customer_id: f"hmac of {customer_id}" for customer_id in customers_of(judged)}
    return Delivery(judged, subjects, AUDIT, RepeatableRequest("key1", "/v1/events", key, str(hash(content))) if key else None)


def use(customer_id: str = "c1", **other: object) -> dict:
    return {**USE, "customer_id": customer_id, **other}


def kept(engine: Engine) -> list:
    with reading(engine) as connection:
        return list(connection.execute(select(inbox).order_by(inbox.c.sequence)))


def known(engine: Engine) -> list[int]:
    return [parse_time(json.loads(row.row)["known_at"]) for row in kept(engine)]


def answered(receiver: Receiver, *deliveries: Delivery) -> list[dict]:
    futures = [receiver.submit(each) for each in deliveries]
    return [json.loads(future.result(30).answer.body) for future in futures]


def test_good_rows_are_on_disk_when_they_are_acknowledged(engine, receiver):
    (answer,) = answered(receiver, delivery(use(), {"customer_id": "c2"}, use("c3")))

    assert (answer["accepted"], answer["rejected"]) == (2, 1)
    assert [result["status"] for result in answer["results"]] == ["accepted", "rejected", "accepted"]
    assert [(row.source, row.customer_id, row.key_id) for row in kept(engine)] == [
        ("usage", "c1", "key1"),
        ("usage", "c3", "key1"),
    ]


def test_a_row_is_known_from_its_receipt_and_the_later_one_later(engine, receiver):
    answered(receiver, delivery(use(), use(feature="later")), delivery(use()))

    assert known(engine) == [NOW, NOW + 1, NOW + 2]


def test_a_clock_that_was_set_back_makes_no_row_known_earlier(engine, receiver):
    answered(receiver, delivery(use()))
    receiver.close()

    again = Receiver(engine, lambda: NOW - 3600 * SECOND)
    answered(again, delivery(use()))
    again.close()

    assert known(engine) == [NOW, NOW + 1]


def test_a_row_that_says_since_when_it_is_known_keeps_that(engine, receiver):
    answered(receiver, delivery(use(known_at="2025-12-31T12:00:00+01:00")))

    assert [json.loads(row.row)["known_at"] for row in kept(engine)] == ["2025-12-31T12:00:00+01:00"]


def test_the_same_request_sent_again_has_one_effect_and_one_answer(engine, receiver):
    same = delivery(use(), key="k")

    answers = answered(receiver, same, same, same)

    assert answers[0] == answers[1] == answers[2]
    assert len(kept(engine)) == 1


def test_rows_about_somebody_erased_are_refused_and_never_kept(engine, receiver):
    with writing(engine) as connection:
        connection.execute(erasures.insert().values(subject="hmac of c1", asked_at=NOW))

    (answer,) = answered(receiver, delivery(use("c1"), use("c2")))

    assert answer["results"][0]["errors"][0]["type"] == "erased"
    assert [row.customer_id for row in kept(engine)] == ["c2"]


def test_every_customer_told_about_is_in_the_audit_once(engine, receiver):
    answered(receiver, delivery(use("c1"), use("c1"), use("c2"), {"customer_id": "c3"}))

    assert [len(entries_about(engine, f"hmac of {name}")) for name in ("c1", "c2", "c3")] == [1, 1, 0]


def test_a_request_about_nobody_is_in_the_audit_too(engine, receiver):
    answered(receiver, delivery({"customer_id": "c3"}))

    with reading(engine) as connection:
        assert list(connection.scalars(select(audit_entries.c.subject))) == [None]


def test_a_database_that_cannot_write_acknowledges_nothing_and_is_used_again_afterwards(engine, receiver, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(groups, "writing", _full)
        with pytest.raises(DatabaseUnavailable):
            answered(receiver, delivery(use()))
    assert kept(engine) == []

    answered(receiver, delivery(use()))

    assert len(kept(engine)) == 1


def test_one_delivery_that_fails_spoils_no_other(engine, receiver):
    broken = replace(delivery(use("c2")), audit=AUDIT._replace(role=None))

    futures = [receiver.submit(each) for each in (delivery(use("c1")), broken, delivery(use("c3")))]

    assert [future.exception(30) is None for future in futures] == [True, False, True]
    assert [row.customer_id for row in kept(engine)] == ["c1", "c3"]


def _full(_):
    raise DatabaseUnavailable("database or disk is full")
