"""Every route against every kind of key, and every answer against what the OpenAPI document promises."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from benchmarks.records import full_record
from features.append_only import append_line
from features.home import Home
from features.reports.stages import StagesReport, write_stages_report
from features.write_once import replace_file
from models.bundle import read_live
from models.bundle.ledger import LedgerEntry
from serving.api.calls import CALLS
from serving.app import create_app
from serving.auth import MEMORY_SECONDS
from serving.background.office import Office
from serving.batches.run import BatchTask
from serving.database import keys
from serving.door.access import Role, declared_access
from serving.door.schemas import ProblemSchema
from serving.people.accounts import ROLES, create_person
from serving.people.sessions import open_session
from serving.settings import ServiceSettings

SCOPES = ("read", "decide", "ingest", "admin")
PRESENTED = ("none", "wrong", "revoked", *SCOPES)
OPEN_TO_ANYBODY = {
    "/livez",
    "/readyz",
    "/openapi.json",
    "/openapi-3.0.json",
    "/openapi-2.0.json",
    "/docs",
    "/docs/{file}",
}
BODIES = {
    "/v1/predictions": {"customer_ids": ["c1", "c2", "nobody", "no id!"]},
    "/v1/batches": {"customer_ids": ["c1", "c2"]},
    "/v1/customers/{customer_id}/what-if": {"features": full_record(), "reasons": True},
    "/v1/customers/{customer_id}/decisions": {"agent_id": "agent-1"},
    "/v1/decisions/{decision_id}/outcomes": {"offer_id": "referral_invite", "outcome": "shown"},
    "/v1/customers/{customer_id}/recoveries": {"complaint": "defect", "amount": 0.5, "agent_id": "agent-1"},
    "/v1/webhooks": {"url": "https://crm.example.com/hook", "types": ["lifecycle.alert.raised.v1"]},
    "/v1/events": {
        "source": "milestones",
        "rows": [
            {"customer_id": "c1", "milestone_id": "m1", "reached_at": "2025-12-01T00:00:00Z", "milestone": "signed"},
            {"customer_id": "c1", "milestone_id": 1},
        ],
    },
}
QUERIES = {
    "/v1/decisions/{decision_id}": "?replay=true",
    "/v1/customers/{customer_id}/recovery-limit": "?complaint=defect&agent_id=agent-1",
}
NAMES = {"/v1/reports/{name}": "monitor", "/v1/models/{name}/live": "churn"}
WHO = {("DELETE", "/v1/customers/{customer_id}"): "leaver"}
"""Whom a call is about that leaves nobody to be asked about afterwards."""

_PERSON = "person: "


class Asked:
    """A service and one key of each kind."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        engine = client.app.state.service.engine
        made = {name: keys.create_key(engine, name=name, scopes=[name], created_at=AS_OF) for name in SCOPES}
        gone = keys.create_key(engine, name="gone", scopes=["admin"], created_at=AS_OF)
        keys.revoke_key(engine, gone.id, now=AS_OF)
        self.decisions: dict[str, str] = {}
        self.erasures: list[str] = []
        self.secrets = {name: key.secret for name, key in made.items()} | {"revoked": gone.secret, "wrong": "lck_0_0"}
        self.sessions = {role: self._session(engine, role) for role in ROLES}

    def _session(self, engine: Engine, role: Role) -> str:
        person = create_person(engine, name=role, role=role, password="correct horse battery", created_at=AS_OF)
        return f"lifecycle_session={open_session(engine, person, now=AS_OF, request_id='r1').secret}"

    def headers(self, presented: str) -> dict[str, str]:
        if presented.startswith(_PERSON):
            return {"Cookie": self.sessions[presented.removeprefix(_PERSON)], "Origin": "http://testserver"}
        return {"Authorization": f"Bearer {self.secrets[presented]}"} if presented in self.secrets else {}

    def send(self, method: str, path: str, presented: str, *, customer_id: str = "c1"):
        headers = self.headers(presented)
        asked_for = path.format(**self.named(method, path, presented, customer_id=customer_id))
        body = BODIES.get(path) if method == "POST" else None
        return self.client.request(method, asked_for + QUERIES.get(path, ""), headers=headers, json=body)

    def named(self, method: str, path: str, presented: str, *, customer_id: str) -> dict[str, str]:
        """Return what stands for each name in a path: something that is there, made where it must be."""
        named = {"customer_id": WHO.get((method, path), customer_id), "name": NAMES.get(path, ""), "file": "start.js"}
        if "{decision_id}" in path:
            named["decision_id"] = self.decision_about(customer_id)
        if "{erasure_id}" in path:
            named["erasure_id"] = self.erasure()
        if "{batch_id}" in path:
            named["batch_id"] = self.batch_of(presented)
        if "{webhook_id}" in path:
            named |= self.new_webhook()
        return named

    def batch_of(self, presented: str) -> str:
        """Return a batch that is done, of this key or person where they may ask for one, else of an admin."""
        headers = self.headers(presented if presented == "read" or presented.startswith(_PERSON) else "admin")
        batch_id: str = self.client.post("/v1/batches", headers=headers, json={"everybody": True}).json()["batch_id"]
        service = self.client.app.state.service
        parts = (service.log, service.metrics, service.engine, service.live)
        task = BatchTask(Office(service.settings, lambda: AS_OF, *parts, bytes(32)))
        while task.run():  # others may wait that another test asked for
            pass
        return batch_id

    def new_webhook(self) -> dict[str, str]:
        """Return the ids of a webhook, and of a message to it."""
        headers = {"Authorization": f"Bearer {self.secrets['admin']}"}
        made = self.client.post("/v1/webhooks", headers=headers, json=BODIES["/v1/webhooks"]).json()
        left = self.client.post(f"/v1/webhooks/{made['webhook_id']}/test", headers=headers).json()
        return {"webhook_id": made["webhook_id"], "delivery_id": left["delivery_id"]}

    def erasure(self) -> str:
        """Return the id of an erasure, asked for once."""
        if not self.erasures:
            headers = {"Authorization": f"Bearer {self.secrets['admin']}"}
            self.erasures = [self.client.delete("/v1/customers/leaver", headers=headers).json()["erasure_id"]]
        return self.erasures[0]

    def decision_about(self, customer_id: str) -> str:
        if customer_id not in self.decisions:
            headers = {"Authorization": f"Bearer {self.secrets['decide']}"}
            answer = self.client.post(f"/v1/customers/{customer_id}/decisions", headers=headers, json={})
            self.decisions[customer_id] = answer.json().get("decision_id", "0" * 24)
        return self.decisions[customer_id]


def write_records(publisher: Publisher) -> None:
    """Write what training would have: a move of the live pointer, and reports."""
    entry = LedgerEntry(AS_OF, "score", read_live(publisher.home), {})
    append_line(publisher.home.ledger, msgspec.json.encode(entry))
    report = StagesReport("2026-01-01T00:00:00Z", "c", "EUR", "growth_curve", 90, 2, (), (), ())
    write_stages_report(publisher.home, report)
    replace_file(publisher.home.reports / "monitor.json", b"{}")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("routes")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.3, "c2": float("nan"), "leaver": 0.5}, company_text=text, beside=decidable()))
    write_records(publisher)
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
        assert status == call.status
    elif presented in SCOPES:
        assert status == 403
    else:
        assert status == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation_id)
def test_a_route_answers_exactly_the_people_it_declares(asked, call, role):
    declared = declared_access(call.handler)

    answer = asked.send(call.method, call.path, f"{_PERSON}{role}")

    assert answer.status_code == (call.status if role in declared.roles else 403), answer.text
    if role not in declared.roles:
        assert answer.json()["type"] == "urn:lifecycle:problem:role-missing"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation_id)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_no_other_method_gets_an_answer(asked, call, method):
    if (method, call.path) not in {(other.method, other.path) for other in CALLS}:
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
    assert accepts(ProblemSchema, answer.content), answer.text


def test_the_matrix_does_not_rest_on_remembered_keys():
    assert MEMORY_SECONDS <= 5
