"""Work lists over HTTP: who stands first, what is filtered, where a page ends, and what is left in the audit."""

from __future__ import annotations

import math

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from serving.app import create_app
from serving.database import keys
from serving.database.audit import entries_about
from serving.settings import ServiceSettings

CHANCES = {"c1": 0.02, "c2": math.nan, "c3": 0.9, "c4": 0.02}


def serving(publisher):
    beside = {**decidable(), "value_category": 0.0, "alert_usage_falling": float(AS_OF), "alert_update_overdue": math.nan}
    publisher.point_to(publisher.store(CHANCES, company_text=company_with(10), beside=beside))
    with TestClient(create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF)) as client:
        made = keys.create_key(client.app.state.service.engine, name="crm", scopes=["read"], created_at=AS_OF)
        client.headers["Authorization"] = f"Bearer {made.secret}"
        yield client


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    yield from serving(Publisher(Home(folder / "home"), folder / "signing.key"))


@pytest.fixture
def changing(publisher):
    """Lists of its own for a test that changes what is live."""
    yield from serving(publisher)


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [item["customer_id"] for item in answer.json()["items"]]


def test_who_most_probably_leaves_comes_first_and_who_cannot_leave_last(lists):
    assert ids(lists.get("/v1/customers")) == ["c3", "c1", "c4", "c2"]


def test_a_list_says_a_few_figures_of_each_customer(lists):
    item = lists.get("/v1/customers?limit=1").json()["items"][0]

    assert item["churn_probability"] == 0.9
    assert item["margin_at_risk"] == pytest.approx(270.0)
    assert (item["stage"], item["churn_band"], item["alerts"]) == ("growth", "high", ["usage_falling"])


def test_a_cursor_leads_through_the_whole_list(lists):
    first = lists.get("/v1/customers?limit=3")
    cursor = first.json()["next_cursor"]
    rest = lists.get(f"/v1/customers?limit=3&cursor={cursor}")

    assert ids(first) + ids(rest) == ["c3", "c1", "c4", "c2"]
    assert "next_cursor" not in rest.json()


def test_filters_narrow_a_list_and_several_words_widen_one(lists):
    assert ids(lists.get("/v1/customers?band=high")) == ["c3"]
    assert ids(lists.get("/v1/customers?stage=growth,maturity&alert=usage_falling&sort=customer_id&order=desc")) == [
        "c4", "c3", "c2", "c1",
    ]  # fmt: skip
    assert ids(lists.get("/v1/customers?alert=update_overdue")) == []


def test_the_total_counts_whom_the_filters_mean(lists):
    assert lists.get("/v1/customers?band=high&limit=1").json()["total"] == 1


@pytest.mark.parametrize(("query", "named"), [("stage=grwth", "growth"), ("band=huge", "medium"), ("alert=x", "usage_falling")])
def test_a_word_that_nothing_knows_is_refused_with_those_that_are_known(lists, query, named):
    refused = lists.get(f"/v1/customers?{query}")

    assert refused.status_code == 422
    assert named in refused.json()["errors"][0]["detail"]
    assert query.split("=")[1] not in refused.json()["detail"].split("word")[1]


def test_a_cursor_of_another_list_is_refused(lists):
    cursor = lists.get("/v1/customers?limit=1").json()["next_cursor"]

    assert lists.get(f"/v1/customers?limit=1&band=high&cursor={cursor}").status_code == 422
    assert lists.get("/v1/customers?cursor=bm9uZQ").status_code == 422


def test_a_cursor_ends_with_the_predictions_it_stood_in(changing, publisher):
    cursor = changing.get("/v1/customers?limit=1").json()["next_cursor"]

    publisher.publish({"c1": 0.2, "c9": 0.1})
    changing.app.state.service.live.look()

    refused = changing.get(f"/v1/customers?limit=1&cursor={cursor}")
    assert (refused.status_code, refused.json()["type"]) == (410, "urn:lifecycle:problem:cursor-outdated")


def test_every_customer_shown_is_in_the_audit(changing):
    service = changing.app.state.service
    changing.get("/v1/customers?limit=1")
    service.reads.flush()

    assert [entry.route for entry in entries_about(service.engine, service.reads.subject("c3"))] == ["/v1/customers"]
    assert entries_about(service.engine, service.reads.subject("c1")) == []


def test_damaged_predictions_are_not_listed(changing, publisher):
    (matrix,) = publisher.home.predictions.glob("*/predictions.npy")
    content = bytearray(matrix.read_bytes())
    content[-1] ^= 1
    matrix.write_bytes(content)

    refused = changing.get("/v1/customers")

    assert (refused.status_code, refused.json()["type"]) == (503, "urn:lifecycle:problem:listing-unavailable")
