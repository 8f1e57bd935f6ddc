from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from features.errors import Damaged
from serving.door.problems import MEDIA_TYPE, refusal
from serving.door.schemas import ProblemSchema

CANARY = "canary.jane-doe@example.com"

SENT = {"Content-Type": "application/json"}
REFUSALS = {
    "unknown customer": ("GET", f"/v1/customers/{CANARY}", {}, 404),
    "id of no form": ("GET", f"/v1/customers/{CANARY}%20{CANARY}", {}, 422),
    "id too long": ("GET", "/v1/customers/" + CANARY * 4, {}, 422),
    "no such path": ("GET", f"/v1/{CANARY}/x", {}, 404),
    "wrong method": ("PUT", f"/v1/customers/{CANARY}", {}, 405),
    "wrong key": ("GET", f"/v1/customers/{CANARY}", {"headers": {"Authorization": f"Bearer {CANARY}"}}, 401),
    "unknown field": ("POST", "/v1/predictions", {"json": {CANARY: 1, "customer_ids": ["c1"]}}, 422),
    "wrong type": ("POST", "/v1/predictions", {"json": {"customer_ids": {CANARY: CANARY}}}, 422),
    "wrong type of a member of any name": ("POST", "/v1/customers/c1/what-if", {"json": {"features": {CANARY: "x"}}}, 422),
    "no JSON": ("POST", "/v1/predictions", {"headers": SENT, "content": CANARY}, 422),
    "broken JSON": ("POST", "/v1/predictions", {"headers": SENT, "content": f'{{"customer_ids": ["{CANARY}'}, 422),
    "no UTF-8": (
        "POST",
        "/v1/predictions",
        {"headers": SENT, "content": b'{"customer_ids": ["\xff' + CANARY.encode() + b'"]}'},
        422,
    ),
    "deep JSON": ("POST", "/v1/predictions", {"headers": SENT, "content": "[" * 100_000}, 422),
    "too large": ("POST", "/v1/predictions", {"headers": SENT, "content": CANARY.encode() * (9 << 16)}, 413),
}


@pytest.fixture(params=REFUSALS.values(), ids=REFUSALS.keys())
def refused(request, asker):
    method, path, rest, status = request.param
    headers = asker.headers | rest.get("headers", {})
    answer = asker.client.request(method, path, headers=headers, **{key: rest[key] for key in rest if key != "headers"})
    assert answer.status_code == status, answer.text
    return answer


def test_a_refusal_never_repeats_what_was_sent(refused):
    said = refused.text + str(dict(refused.headers.items()))

    assert "canary" not in said
    assert "jane" not in said


def test_a_refusal_is_a_problem_of_a_stable_type_with_the_request_number(refused):
    problem = ProblemSchema.model_validate_json(refused.content)

    assert refused.headers["content-type"] == MEDIA_TYPE
    assert problem.type.startswith("urn:lifecycle:problem:")
    assert (problem.status, problem.request_id) == (refused.status_code, refused.headers["x-request-id"])


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"context": "Birthday Party"}, "/context", "pattern"),
        ({"agent_id": 7}, "/agent_id", "valid string"),
        ({"agent": "ana"}, "", "does not know; it knows `context`, `agent_id`, `language`."),
    ],
)
def test_a_fault_stands_once_at_the_member_that_has_it(asker, body, pointer, detail):
    answer = asker.client.post("/v1/customers/c1/decisions", json=body, headers=asker.key("decide"))

    (found,) = answer.json()["errors"]
    assert (answer.status_code, found["pointer"]) == (422, pointer)
    assert detail in found["detail"]


def test_a_fault_in_a_list_names_its_place(asker):
    (found,) = asker.post("/v1/predictions", json={"customer_ids": ["c1", 7]}).json()["errors"]

    assert found["pointer"] == "/customer_ids/1"


def test_a_fault_of_ours_is_a_problem_without_its_text(asker, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("serving.api.customers.ask", broken)
    answer = asker.get("/v1/customers/c1")

    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "canary" not in answer.text


def test_a_damaged_file_is_not_named_to_callers():
    body = refusal(Damaged(f"/srv/secret/{CANARY} has other content"), "r1").body

    assert TypeAdapter(ProblemSchema).validate_json(body).status == 503
    assert b"/srv" not in body


def test_a_body_that_grows_past_the_limit_is_refused_without_its_length_being_announced(asker):
    def chunks():
        for _ in range(20):
            yield b" " * (1 << 19)

    assert asker.post("/v1/predictions", content=chunks()).status_code == 413
