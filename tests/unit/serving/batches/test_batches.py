"""Bulk questions: asked, answered in the background, fetched, and seen by nobody else."""

from __future__ import annotations

import errno
import io
import json
from unittest.mock import Mock

import pyarrow.parquet as pq
import pytest

from benchmarks.live_states import AS_OF
from features.subjects import subject
from features.times import DAY
from serving.answering.flat import FLAT_COLUMNS
from serving.batches import asked as asking
from serving.batches.erasing import erase_from_batches
from serving.batches.run import BatchTask
from serving.database.audit import entries_about
from serving.database.batches import begin_next
from serving.database.tables import erasures
from serving.database.transactions import writing

IDS = ["c3", "nobody", "no id!", "c1", "c3"]


def test_a_batch_answers_ids_in_their_order_each_failing_alone(bulk_at):
    batch_id = bulk_at.ask(customer_ids=IDS)
    bulk_at.work()

    found = [line.split(",") for line in bulk_at.rows(batch_id, "csv").text.splitlines()]
    error = found[0].index("error")
    assert [row[0] for row in found[1:]] == ["c3", "nobody", "", "c1", "c3"]
    assert [row[error] for row in found[1:]] == ["", "unknown_customer", "malformed_id", "", ""]
    assert (bulk_at.batch(batch_id)["state"], bulk_at.batch(batch_id)["total"], bulk_at.batch(batch_id)["failed"]) == (
        "done",
        5,
        2,
    )


def test_every_form_holds_the_same_rows_and_columns(bulk):
    batch_id = bulk.ask(everybody=True)
    bulk.work()

    table = pq.read_table(io.BytesIO(bulk.rows(batch_id, "parquet").content))
    header = bulk.rows(batch_id, "csv").text.splitlines()[0]
    assert table.column_names == header.split(",") == [column.name for column in FLAT_COLUMNS]
    assert table["customer_id"].to_pylist() == ["c1", "c2", "c3"]
    assert b"null" not in bulk.rows(batch_id).content


def test_a_batch_of_filters_holds_exactly_whom_they_mean(bulk):
    batch_id = bulk.ask(band="high", stage="growth")
    bulk.work()

    assert [line["customer_id"] for line in map(json.loads, bulk.rows(batch_id).text.splitlines())] == ["c3"]


@pytest.mark.parametrize("body", [{}, {"customer_ids": []}, {"customer_ids": ["c1"], "band": "high"}, {"band": "huge"}])
def test_a_question_about_nobody_or_in_two_ways_is_refused(bulk, body):
    assert bulk.client.post("/v1/batches", json=body).status_code == 422


def test_a_batch_sent_twice_with_one_key_is_one_batch(bulk_at):
    first, again = (bulk_at.client.post("/v1/batches", json={"everybody": True}, headers={"Idempotency-Key": "k"}) for _ in "12")

    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"] == f"/v1/batches/{first.json()['batch_id']}"
    assert len(bulk_at.client.get("/v1/batches").json()["items"]) == 1


def test_only_the_key_that_asked_and_an_admin_see_a_batch(bulk_at):
    batch_id = bulk_at.ask(everybody=True)
    bulk_at.work()

    for path in ("", "/results"):
        assert bulk_at.client.get(f"/v1/batches/{batch_id}{path}", headers=bulk_at.key("read")).status_code == 404
        assert bulk_at.client.get(f"/v1/batches/{batch_id}{path}", headers=bulk_at.key("admin")).status_code == 200
    assert bulk_at.client.delete(f"/v1/batches/{batch_id}", headers=bulk_at.key("read")).status_code == 404
    assert bulk_at.client.get("/v1/batches", headers=bulk_at.key("read")).json()["items"] == []


def test_results_are_not_there_before_the_batch_is_done(bulk):
    batch_id = bulk.ask(everybody=True)

    assert bulk.client.get(f"/v1/batches/{batch_id}/results").status_code == 409


def test_a_deleted_batch_is_gone_with_its_results(bulk):
    batch_id = bulk.ask(everybody=True)
    bulk.work()

    assert bulk.client.delete(f"/v1/batches/{batch_id}").status_code == 204
    assert bulk.client.get(f"/v1/batches/{batch_id}").status_code == 404
    assert list(bulk.home.batches.iterdir()) == []


def test_results_are_dropped_a_week_after_the_batch_ended(bulk_at):
    batch_id = bulk_at.ask(everybody=True)
    bulk_at.work()
    bulk_at.clock[0] += 8 * DAY

    bulk_at.work()

    assert bulk_at.client.get(f"/v1/batches/{batch_id}").status_code == 404
    assert list(bulk_at.home.batches.iterdir()) == []


def test_each_customer_answered_about_is_in_the_audit_under_the_batch(bulk):
    batch_id = bulk.ask(customer_ids=IDS)
    bulk.work()

    entries = entries_about(bulk.service.engine, bulk.service.reads.subject("c3"))
    assert [entry.request_id for entry in entries] == [batch_id]


def test_too_many_waiting_batches_of_one_key_are_refused(bulk, monkeypatch):
    monkeypatch.setattr("serving.batches.calls.MOST_UNFINISHED", 1)
    bulk.ask(everybody=True)

    assert bulk.client.post("/v1/batches", json={"everybody": True}).status_code == 409


class Killed(BaseException):
    """The process ends here."""


def killed(*_args, **_kwargs):
    raise Killed


@pytest.mark.parametrize("where", ["publish_folder", "finish", "record_in"])
def test_a_batch_whose_process_was_killed_is_answered_by_the_next(bulk_at, monkeypatch, where):
    batch_id = bulk_at.ask(customer_ids=IDS)
    with monkeypatch.context() as patch:
        patch.setattr(f"serving.batches.run.{where}", killed)
        with pytest.raises(Killed):
            bulk_at.work()

    bulk_at.work()

    assert bulk_at.batch(batch_id)["state"] == "done"
    assert len(bulk_at.rows(batch_id).text.splitlines()) == 5


def test_a_batch_that_meets_a_fault_of_ours_fails_and_the_next_is_answered(bulk_at, monkeypatch):
    first, second = bulk_at.ask(customer_ids=IDS), bulk_at.ask(customer_ids=IDS)
    with monkeypatch.context() as patch:
        patch.setattr("serving.batches.run.portions", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bulk_at.work()

    bulk_at.work()

    assert (bulk_at.batch(first)["state"], bulk_at.batch(first)["fault"]) == ("failed", "internal")
    assert bulk_at.batch(second)["state"] == "done"


def test_a_batch_that_finds_no_room_waits_for_it(bulk_at, monkeypatch):
    batch_id = bulk_at.ask(customer_ids=IDS)
    with monkeypatch.context() as patch:
        patch.setattr("serving.batches.run.publish_folder", Mock(side_effect=OSError(errno.ENOSPC, "no space left on device")))
        with pytest.raises(OSError, match="no space"):
            bulk_at.work()

    bulk_at.work()

    assert bulk_at.batch(batch_id)["state"] == "done"


def test_a_batch_deleted_while_it_runs_leaves_nothing(bulk, monkeypatch):
    batch_id = bulk.ask(customer_ids=IDS)

    def deleted_meanwhile(*question, **more):
        yield from asking.portions(*question, **more)
        assert bulk.client.delete(f"/v1/batches/{batch_id}").status_code == 204
        yield asking.Portion([asking.UNKNOWN], 6)

    monkeypatch.setattr("serving.batches.run.portions", deleted_meanwhile)
    bulk.work()

    assert list(bulk.home.batches.iterdir()) == []


def test_who_is_erased_leaves_what_waits_and_what_stands(bulk_at):
    standing = bulk_at.ask(everybody=True)
    bulk_at.work()
    waiting = bulk_at.ask(customer_ids=IDS)

    with writing(bulk_at.service.engine) as connection:
        assert erase_from_batches(bulk_at.home, connection, "c3") == 2
    bulk_at.work()

    for batch_id in (standing, waiting):
        assert "c3" not in bulk_at.rows(batch_id).text


def test_a_batch_that_ran_while_somebody_was_erased_is_begun_anew(bulk_at):
    batch_id = bulk_at.ask(customer_ids=IDS)
    task = BatchTask(bulk_at.office)
    with writing(bulk_at.service.engine) as connection:
        begun = begin_next(connection, now=bulk_at.clock[0])
    with writing(bulk_at.service.engine) as connection:
        erase_from_batches(bulk_at.home, connection, "c3")

    task._answer(begun, bulk_at.service.live.in_service().state)

    assert bulk_at.batch(batch_id)["state"] == "waiting"
    assert list(bulk_at.home.batches.iterdir()) == []
    assert bulk_at.work()
    assert [line for line in bulk_at.rows(batch_id, "csv").text.splitlines() if line.startswith("c3")] == []


def test_who_is_asked_about_after_the_erasure_is_answered_as_erased_without_the_id(bulk):
    with writing(bulk.service.engine) as connection:
        connection.execute(erasures.insert(), {"subject": subject(bulk.service.secret, "c3"), "asked_at": AS_OF})
    bulk.service.live.listen()

    batch_id = bulk.ask(customer_ids=["c1", "c3"])
    bulk.work()

    assert [row.get("error") for row in map(json.loads, bulk.rows(batch_id).text.splitlines())] == [None, "erased"]
    assert "c3" not in bulk.rows(batch_id).text
