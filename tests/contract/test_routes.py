"""Every route against every kind of key, and every answer against what the OpenAPI document promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from serving import schemas
from serving.api.calls import CALLS
from serving.app import create_app
from serving.auth import MEMORY_SECONDS
from serving.database import keys
from serving.door.access import declared_access
from serving.settings import ServiceSettings

SCOPES = ("read", "decide", "ingest", "admin")
PRESENTED = ("none", "wrong", "revoked", *SCOPES)
OPEN_TO_ANYBODY = {"/livez", "/readyz", "/openapi.json"}
BODIES = {
    "/v1/predictions": {"customer_ids": ["c1", "c2", "nobody", "no id!"]},
    "/v1/customers/{customer_id}/decisions": {"agent_id": "agent-1"},
    "/v1/decisions/{decision_id}/outcomes": {"offer_id": "referral_invite", "outcome": "shown"},
    "/v1/customers/{customer_id}/recoveries": {"complaint": "defect", "amount": 0.5, "agent_id": "agent-1"},
}
QUERIES = {
    "/v1/decisions/{decision_id}": "?replay=true",
    "/v1/customers/{customer_id}/recovery-limit": "?complaint=defect&agent_id=agent-1",
}


class Asked:
    """A service and one key of each kind."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        engine = client.app.state.service.engine
        made = {name: keys.create_key(engine, name=name, scopes=[name], created_at=AS_OF) for name in SCOPES}
        gone = keys.create_key(engine, name="gone", scopes=["admin"], created_at=AS_OF)
        keys.revoke_key(engine, gone.id, now=AS_OF)
        self.decisions: dict[str, str] = {}
        self.secrets = {name: key.secret for name, key in made.items()} | {"revoked": gone.secret, "wrong": "lck_0_0"}

    def send(self, method: str, path: str, presented: str, *, customer_id: str = "c1"):
        headers = {"Authorization": f"Bearer {self.secrets[presented]}"} if presented in self.secrets else {}
        asked_for = path.format(customer_id=customer_id, decision_id=self.decision_about(customer_id))
        return self.client.request(method, asked_for + QUERIES.get(path, ""), headers=headers, json=BODIES.get(path))

    def decision_about(self, customer_id: str) -> str:
        if customer_id not in self.decisions:
            headers = {"Authorization": f"Bearer {self.secrets['decide']}"}
            answer = self.client.post(f"/v1/customers/{customer_id}/decisions", headers=headers, json={})
            self.decisions[customer_id] = answer.json().get("decision_id", "0" * 24)
        return self.decisions[customer_id]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("routes")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.3, "c2": float("nan")}, company_text=text, beside=decidable()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_: None)
        with TestClient(create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF)) as client:
            yield Asked(client)


def test_the_matrix_below_holds_every_path_of_the_document(asked):
    paths = asked.client.get("/openapi.json").json()["paths"]

    assert {(method.upper(), path) for path, calls in paths.items() for method in calls} == {(c.method, c.path) for c in CALLS}


@pytest.mark.parametrize("presented", PRESENTED)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation_id)
def test_a_route_lets_through_exactly_who_it_declares(asked, call, presented):
    status = asked.send(call.method, call.path, presented).status_code

    if call.path in OPEN_TO_ANYBODY or presented in (declared_access(call.handler).scope, "admin"):
        assert status == 200
    elif presented in SCOPES:
        assert status == 403
    else:
        assert status == 401


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation_id)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_no_other_method_gets_an_answer(asked, call, method):
    if method != call.method:
        assert asked.send(method, call.path, "admin").status_code == 405


def accepts(model: type[BaseModel], content: bytes) -> bool:
    try:
        model.model_validate_json(content, strict=True)
    except ValidationError:
        return False
    return b"null" not in content


@pytest.mark.parametrize("customer_id", ["c1", "c2"])
@pytest.mark.parametrize("call", [call for call in CALLS if call.answer], ids=lambda call: call.operation_id)
def test_an_answer_is_what_the_document_promises(asked, call, customer_id):
    answer = asked.send(call.method, call.path, "admin", customer_id=customer_id)

    assert accepts(call.answer, answer.content), answer.text


@pytest.mark.parametrize("presented", ["none", "ingest", "read"])
def test_a_refusal_is_what_the_document_promises(asked, presented):
    answer = asked.send("GET", "/v1/customers/{customer_id}", presented, customer_id="nobody")

    assert answer.status_code >= 400
    assert accepts(schemas.ProblemSchema, answer.content), answer.text


def test_the_matrix_does_not_rest_on_remembered_keys():
    assert MEMORY_SECONDS <= 5
