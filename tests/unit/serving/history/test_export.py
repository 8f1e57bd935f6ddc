"""Data access for the person concerned: every place that holds something of them is told of."""

from __future__ import annotations

import pytest

from benchmarks.live_states import AS_OF
from features.times import DAY
from serving.database.audit import entries_about


def ticket(**cells):
    row = {"customer_id": "c1", "ticket_id": "t1", "opened_at": AS_OF - DAY, "known_at": AS_OF - DAY}
    return {**row, **cells}


def places(lines):
    return {(line["kept_in"], line.get("table", line.get("source", ""))) for line in lines}


def test_an_export_holds_every_version_of_the_log_and_every_row_of_the_database(past_at):
    past_at.log("tickets", ticket(topic="billing"), ticket(topic="delivery", known_at=AS_OF))
    past_at.tell("tickets", **ticket(ticket_id="t2"))
    decision = past_at.client.post("/v1/customers/c1/decisions", json={}).json()

    lines = past_at.export("c1")

    topics = [line["row"]["topic"] for line in lines if line["kept_in"] == "log"]
    assert sorted(topics) == ["billing", "delivery"]
    assert {("database", "inbox"), ("database", "decisions"), ("database", "exposures")} <= places(lines)
    (kept,) = [line["row"] for line in lines if line.get("table") == "decisions"]
    assert (kept["id"], isinstance(kept["document"], dict)) == (decision["decision_id"], True)


def test_an_export_tells_what_is_predicted_by_name_and_in_words(past):
    (line,) = [line for line in past.export("c1") if line["kept_in"] == "predictions"]

    assert line["row"]["churn_90"] == 0.2
    assert line["in_words"]["stage"] == "growth"


def test_an_export_tells_who_looked(past):
    past.client.get("/v1/customers/c1")
    past.service.reads.flush()

    routes = [line["row"]["route"] for line in past.export("c1") if line["kept_in"] == "audit"]
    assert routes == ["/v1/customers/{customer_id}"]


def test_an_export_says_nothing_of_others(past):
    past.log("tickets", ticket(ticket_id="hers", customer_id="c2"))

    assert "hers" not in str(past.export("c1"))


def test_nothing_is_exported_of_who_is_nowhere(past):
    assert past.client.get("/v1/customers/nobody/export").status_code == 404


@pytest.mark.parametrize("call", ["", "/timeline", "/export"])
def test_who_was_erased_is_gone_while_files_still_hold_something(past_at, call):
    past_at.log("tickets", ticket())

    past_at.erase("c1")

    answer = past_at.client.get(f"/v1/customers/c1{call}")
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:lifecycle:problem:erased")


def test_a_refused_look_leaves_its_entry(past):
    past.erase("c1")
    past.client.get("/v1/customers/c1/export")
    past.service.reads.flush()

    looks = entries_about(past.service.engine, past.service.reads.subject("c1"))
    assert ("/v1/customers/{customer_id}/export", 410) in [(entry.route, entry.status) for entry in looks]
