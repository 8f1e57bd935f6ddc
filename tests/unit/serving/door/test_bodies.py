"""A body is taken as what it is said to be: JSON, or for events a row a line; anything else a page elsewhere could send too."""

from __future__ import annotations

import pytest

KINDS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""]
CALLS = [
    ("/v1/predictions", "read"),
    ("/v1/customers/c1/decisions", "decide"),
    ("/v1/customers/c1/recoveries", "decide"),
    ("/v1/events", "ingest"),
    ("/v1/webhooks", "admin"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("path", "scope"), CALLS)
def test_a_body_of_another_kind_than_json_is_refused(asker, path, scope, kind):
    answer = asker.client.post(path, headers=asker.key(scope) | {"Content-Type": kind}, content=b"{}")

    assert (answer.status_code, answer.json()["type"]) == (415, "urn:lifecycle:problem:not-json")
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_its_kind_is_written(asker, kind):
    answer = asker.client.post(
        "/v1/predictions", headers=asker.headers | {"Content-Type": kind}, content=b'{"customer_ids": ["c1"]}'
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("sent", [{}, {"content": b"", "headers": {"Content-Type": "application/json"}}])
def test_a_decision_may_be_asked_for_without_a_body(shop_asker, sent):
    headers = shop_asker.key("decide") | sent.get("headers", {})

    answer = shop_asker.client.post("/v1/customers/c1/decisions", headers=headers, content=sent.get("content"))
    again = shop_asker.client.post("/v1/customers/c1/decisions", headers=headers, json={})

    assert answer.status_code == 200
    assert answer.json()["decision_id"] == again.json()["decision_id"]


def test_a_call_that_needs_a_body_says_so_where_none_comes(asker):
    answer = asker.client.post("/v1/predictions", headers=asker.headers)

    assert answer.status_code == 415
