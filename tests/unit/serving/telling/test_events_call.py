from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from serving.database import reading
from serving.database.tables import inbox

USE = {"customer_id": "c1", "event_id": "e1", "occurred_at": "2025-12-01T00:00:00Z", "feature": "search"}
JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}


class Teller:
    """Somebody with a key that may tell, and what the inbox holds."""

    def __init__(self, asker) -> None:
        self.service = asker.service
        self._asker, self._key = asker, asker.key("ingest")

    def tell(self, content: bytes | dict, **headers: str):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self._asker.client.post("/v1/events", headers={**self._key, **JSON, **headers}, content=body)

    def kept(self) -> int:
        with reading(self.service.engine) as connection:
            return connection.scalar(select(func.count()).select_from(inbox))


@pytest.fixture(scope="module")
def teller(asker) -> Iterator[Teller]:
    return Teller(asker)


def test_rows_are_answered_one_by_one(teller):
    before = teller.kept()

    answer = teller.tell({"source": "usage", "rows": [USE, {}]})

    assert answer.status_code == 200
    assert [row["status"] for row in answer.json()["results"]] == ["accepted", "rejected"]
    assert teller.kept() == before + 1


def test_lines_are_taken_as_well(teller):
    answer = teller.tell(json.dumps({"source": "usage", **USE}).encode() + b"\n\nx\n", **LINES)

    assert (answer.json()["accepted"], answer.json()["rejected"]) == (1, 1)


def test_the_same_request_sent_again_has_one_effect(teller):
    before, body = teller.kept(), {"source": "usage", "rows": [USE]}

    answers = [teller.tell(body, **{"Idempotency-Key": "again"}) for _ in range(3)]

    assert len({answer.content for answer in answers}) == 1
    assert teller.kept() == before + 1


def test_another_request_by_the_same_idempotency_key_is_refused(teller):
    teller.tell({"source": "usage", "rows": [USE]}, **{"Idempotency-Key": "taken"})

    answer = teller.tell({"source": "usage", "rows": [{**USE, "event_id": "e2"}]}, **{"Idempotency-Key": "taken"})

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:lifecycle:problem:idempotency-key-reused")


def test_a_body_that_is_no_delivery_is_a_problem(teller):
    answer = teller.tell(b"Jane Doe")

    assert answer.status_code == 422
    assert "Jane" not in answer.text


def test_a_body_that_is_too_long_is_a_problem(teller):
    answer = teller.tell(b" " * (teller.service.settings.body_limit_bytes + 1))

    assert answer.status_code == 413


def test_what_came_of_rows_is_counted_once(teller):
    def counted(name: str) -> float:
        page = teller.service.metrics.page().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in page if line.startswith(name))

    before = counted("lifecycle_event_rows_accepted_total"), counted("lifecycle_event_rows_rejected_total")
    for _ in range(2):
        teller.tell({"source": "usage", "rows": [USE, {}, {}]}, **{"Idempotency-Key": "counted"})

    after = counted("lifecycle_event_rows_accepted_total"), counted("lifecycle_event_rows_rejected_total")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 2)


def test_without_a_database_nothing_is_acknowledged_and_afterwards_all_goes_on(teller):
    path = teller.service.settings.home.database
    aside = path.with_suffix(".aside")
    before = teller.kept()

    shutil.move(path, aside)
    refused = teller.tell({"source": "usage", "rows": [USE]})
    shutil.move(aside, path)
    taken = teller.tell({"source": "usage", "rows": [USE]})

    assert (refused.status_code, refused.json()["type"]) == (503, "urn:lifecycle:problem:unavailable")
    assert taken.status_code == 200
    assert teller.kept() == before + 1
