"""Asking for alerts and subscribing over HTTP: secrets are shown once and stored nowhere, and repeats change nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from benchmarks.live_states import AS_OF
from features.times import HOUR
from serving.database import reading, writing
from serving.database.audit import entries_about
from serving.database.notices.alerts import Standing, end_alerts, raise_alerts
from serving.database.notices.webhooks import MOST
from serving.database.tables import alerts, deliveries, idempotent_answers, webhooks

HOOK = {"url": "https://crm.example.com/hook", "types": ["lifecycle.alert.raised.v1", "lifecycle.alert.ended.v1"]}


@pytest.fixture
def admin(asker):
    """Ask with a key that may do everything, over tables without alerts and webhooks."""
    with writing(asker.service.engine) as connection:
        for table in (alerts, webhooks, deliveries, idempotent_answers):
            connection.execute(delete(table))
    key = asker.key("admin")

    def ask(method: str, path: str, body=None, **headers: str):
        return asker.client.request(method, path, headers=key | headers, json=body)

    return ask


def stored(asker) -> str:
    with reading(asker.service.engine) as connection:
        return str([connection.execute(select(table)).all() for table in (webhooks, deliveries, idempotent_answers)])


def raised(asker, *customer_ids: str) -> None:
    now = asker.clock()
    standing = [Standing(who, "usage_falling", AS_OF, {"share": 0.25, "limit": 0.5}, "b", "s") for who in customer_ids]
    with writing(asker.service.engine) as connection:
        raise_alerts(connection, standing, now=now)


def test_a_secret_is_shown_once_and_stored_nowhere(asker, admin):
    made = admin("POST", "/v1/webhooks", HOOK).json()
    listed = admin("GET", "/v1/webhooks").json()["items"]

    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in stored(asker)
    assert [("secret" in each, each["webhook_id"]) for each in listed] == [(False, made["webhook_id"])]


def test_a_repeated_subscription_is_one_webhook_and_one_answer(asker, admin):
    key = {"Idempotency-Key": "subscribe-1"}

    first, second = (admin("POST", "/v1/webhooks", HOOK, **key) for _ in range(2))

    assert first.content == second.content
    assert first.json()["secret"] not in stored(asker)
    assert len(admin("GET", "/v1/webhooks").json()["items"]) == 1


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "http://crm.example.com/x", "https://user:pw@crm.example.com/x"])
def test_an_address_that_leads_inside_is_refused_and_not_repeated(admin, url):
    answer = admin("POST", "/v1/webhooks", HOOK | {"url": url})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/url"
    assert url.partition("//")[2] not in answer.text


@pytest.mark.parametrize("types", [[], ["lifecycle.webhook.test.v1"], ["order.created"]])
def test_what_cannot_be_subscribed_to_is_refused(admin, types):
    assert admin("POST", "/v1/webhooks", HOOK | {"types": types}).status_code == 422


def test_a_new_secret_is_another_one_each_time(admin):
    made = admin("POST", "/v1/webhooks", HOOK).json()

    newer = admin("POST", f"/v1/webhooks/{made['webhook_id']}/secret").json()

    assert newer["secret_version"] == 2
    assert newer["secret"] != made["secret"]
    assert newer["rotated_at"]


def test_an_ended_webhook_is_unknown_from_then_on(admin):
    made = admin("POST", "/v1/webhooks", HOOK).json()
    place = f"/v1/webhooks/{made['webhook_id']}"

    statuses = [
        admin("DELETE", place).status_code,
        admin("DELETE", place).status_code,
        admin("POST", f"{place}/test").status_code,
    ]

    assert statuses == [200, 404, 404]
    assert admin("GET", "/v1/webhooks").json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/secret"), ("POST", "/test"), ("GET", "/deliveries"), ("POST", f"/deliveries/msg_{'0' * 24}"), ("DELETE", "")],
)
def test_who_names_a_webhook_nobody_made_is_told_where_they_are_listed(admin, method, path):
    refused = admin(method, f"/v1/webhooks/wh_{'0' * 24}{path}").json()

    assert refused["type"].endswith(":unknown-webhook")
    assert "`GET /v1/webhooks` lists them" in refused["detail"]


def test_more_webhooks_than_may_stand_are_refused(asker, admin):
    row = {"url": "u", "types": "t", "secret_version": 1, "key_id": "k", "created_at": 0}
    with writing(asker.service.engine) as connection:
        connection.execute(webhooks.insert(), [{**row, "id": f"wh_{number}"} for number in range(MOST)])

    refused = admin("POST", "/v1/webhooks", HOOK)

    assert refused.status_code == 409
    assert f"{MOST} webhooks stand already" in refused.json()["detail"]


def test_a_test_message_waits_and_is_listed_without_what_it_says(admin):
    place = f"/v1/webhooks/{admin('POST', '/v1/webhooks', HOOK).json()['webhook_id']}"

    left = admin("POST", f"{place}/test").json()
    page = admin("GET", f"{place}/deliveries").json()

    assert (left["state"], left["type"]) == ("waiting", "lifecycle.webhook.test.v1")
    assert [each["delivery_id"] for each in page["items"]] == [left["delivery_id"]]
    assert admin("GET", f"{place}/deliveries?dead=true").json()["items"] == []
    assert admin("GET", f"{place}/deliveries?cursor={page['next_cursor']}").json()["items"] == []


def test_a_dead_message_is_listed_as_dead_and_waits_once_sent_again(asker, admin):
    place = f"/v1/webhooks/{admin('POST', '/v1/webhooks', HOOK).json()['webhook_id']}"
    left = admin("POST", f"{place}/test").json()
    with writing(asker.service.engine) as connection:
        connection.execute(deliveries.update().values(next_at=None, dead_at=1, attempts=14, last_fault="ConnectError"))

    (dead,) = admin("GET", f"{place}/deliveries?dead=true").json()["items"]
    again = admin("POST", f"{place}/deliveries/{left['delivery_id']}").json()

    assert (dead["state"], dead["last_fault"]) == ("dead", "ConnectError")
    assert (again["state"], again["attempts"]) == ("waiting", 0)
    assert admin("POST", f"{place}/deliveries/msg_{'0' * 24}").status_code == 404


def test_alerts_are_read_on_from_where_one_stopped(asker, admin):
    raised(asker, "c1", "c2", "c3")

    first = admin("GET", "/v1/alerts?limit=2").json()
    second = admin("GET", f"/v1/alerts?limit=2&cursor={first['next_cursor']}").json()

    assert [each["customer_id"] for page in (first, second) for each in page["items"]] == ["c1", "c2", "c3"]
    assert first["items"][0]["text"].startswith("Use of the last 7 days is 25%")
    assert "next_cursor" not in admin("GET", f"/v1/alerts?cursor={second['next_cursor']}").json()


@pytest.mark.parametrize(
    ("query", "found"),
    [("open=true", ["c2"]), ("open=false", ["c1"]), ("code=usage_falling", ["c1", "c2"]), ("code=no_value_seen", [])],
)
def test_alerts_are_found_by_code_and_by_whether_they_stand(asker, admin, query, found):
    raised(asker, "c1", "c2")
    with writing(asker.service.engine) as connection:
        end_alerts(connection, "usage_falling", ["c1"], now=asker.clock())

    assert [each["customer_id"] for each in admin("GET", f"/v1/alerts?{query}").json()["items"]] == found


def test_alerts_are_found_by_when_they_were_raised(asker, admin):
    raised(asker, "c1")

    assert asker.clock() == AS_OF + HOUR
    assert len(admin("GET", "/v1/alerts?since=2026-01-01T01:00:00Z").json()["items"]) == 1
    assert admin("GET", "/v1/alerts?since=2026-01-01T01:00:01Z").json()["items"] == []


@pytest.mark.parametrize(
    "query", ["code=other", "cursor=abc", "cursor=-1", "limit=0", "limit=1001", "since=yesterday", "open=perhaps", "a=b"]
)
def test_a_question_about_alerts_that_makes_no_sense_is_refused(admin, query):
    assert admin("GET", f"/v1/alerts?{query}").status_code == 422


def test_who_asked_about_whose_alerts_is_kept(asker, admin):
    raised(asker, "audited1")

    admin("GET", "/v1/alerts")
    asker.service.reads.flush()

    (entry,) = entries_about(asker.service.engine, asker.service.reads.subject("audited1"))
    assert (entry.route, entry.status) == ("/v1/alerts", 200)
