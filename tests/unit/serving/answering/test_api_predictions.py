from __future__ import annotations

import pytest

from features.subjects import installation_secret, subject
from serving.database.audit import entries_about


def predictions(asker, *customer_ids):
    answer = asker.post("/v1/predictions", json={"customer_ids": list(customer_ids)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_items_come_in_the_order_asked_and_repeats_are_answered_again(asker):
    items = predictions(asker, "c3", "c1", "c3")["items"]

    assert [(item["index"], item["customer_id"], item["churn"]["probability"]) for item in items] == [
        (0, "c3", 0.9),
        (1, "c1", 0.3),
        (2, "c3", 0.9),
    ]


def test_an_unknown_customer_fails_alone(asker):
    known, unknown = predictions(asker, "c1", "nobody")["items"]

    assert "error" not in known
    assert unknown["error"]["status"] == 404
    assert "churn" not in unknown


def test_an_id_that_is_none_fails_alone_and_is_not_repeated(asker):
    body = predictions(asker, "Jane Doe, jane@example.com", "c1")

    assert body["items"][0]["error"]["status"] == 422
    assert "Jane" not in str(body)
    assert body["items"][1]["churn"]["probability"] == 0.3


def test_an_item_that_is_not_at_risk_says_so_itself(asker):
    body = predictions(asker, "c2", "c1")

    assert [warning["code"] for warning in body["items"][0]["warnings"]] == ["not_at_risk"]
    assert "warnings" not in body["items"][1]
    assert "not_at_risk" not in {warning["code"] for warning in body["warnings"]}


def test_a_list_agrees_with_single_answers(asker):
    single = asker.get("/v1/customers/c1").json()

    body = predictions(asker, "c1")

    assert body["items"][0]["churn"] == single["churn"]
    assert (body["versions"], body["as_of"], body["warnings"]) == (single["versions"], single["as_of"], single["warnings"])


def test_a_thousand_ids_are_answered_at_once(asker):
    assert len(predictions(asker, *["c1", "nobody"] * 500)["items"]) == 1000


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"customer_ids": ["c1"] * 1001}, "/customer_ids"),
        ({"customer_ids": []}, "/customer_ids"),
        ({"customer_ids": ["c1", 7]}, "/customer_ids/1"),
        ({"customer_ids": "c1"}, "/customer_ids"),
        ({}, "/customer_ids"),
        ({"customer_ids": ["c1"], "limit": 3}, ""),
    ],
)
def test_a_body_that_is_wrong_says_where(asker, body, pointer):
    answer = asker.post("/v1/predictions", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_every_customer_asked_about_is_in_the_audit_without_its_id(asker):
    request_id = predictions(asker, "c1", "c1", "nobody")["request_id"]
    asker.service.reads.flush()

    for customer_id in ("c1", "nobody"):
        entries = entries_about(asker.service.engine, subject(installation_secret(asker.publisher.home), customer_id))
        assert [entry.route for entry in entries if entry.request_id == request_id] == ["/v1/predictions"]
