"""Whatever a customer is called, no log line, no metric and no problem repeats it."""

from __future__ import annotations

import gzip
import io

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from serving import service as services
from serving.app import create_app
from serving.database import keys
from serving.database.chain.chaining import chain_all
from serving.door.logs import RequestLines, json_log
from serving.safekeeping.rows import dump, one_moment
from serving.settings import ServiceSettings

NAME, MAIL, PHONE = "Zdzislawa-Canary", "canary.mail@example.org", "+48-600-555-0199"
WORDS = (NAME, MAIL, PHONE)


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    """Make every kind of request with the words in every place, and return what was said, logged and counted."""
    folder, lines = tmp_path_factory.mktemp("canary"), io.BytesIO()
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({MAIL: 0.3, NAME: 0.8}, company_text=text, beside=decidable()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
        patch.setattr(services, "json_log", lambda _: json_log(lines))
        patch.setattr(services, "RequestLines", lambda _: RequestLines(lines))
        with TestClient(create_app(ServiceSettings(publisher.home, logs_requests=True), clock=lambda: AS_OF)) as client:
            yield publisher.home, lines, asked(client), client


def asked(client):
    engine = client.app.state.service.engine
    made = keys.create_key(engine, name="crm", scopes=["admin"], created_at=AS_OF)
    keys.limit_requests(engine, made.id, requests_per_minute=60)
    headers = {"Authorization": f"Bearer {made.secret}"}
    said = []
    for word in (*WORDS, "nobody " + NAME):
        path = f"/v1/customers/{word}"
        said.append(client.get(path, headers=headers))
        said.append(client.get(path, headers={"Authorization": word, "X-Request-Id": word + "!"}))
        said.append(client.get(path + "/recovery-limit", params={"complaint": word, word: "1"}, headers=headers))
        body = {word: word, "agent_id": word + "\n"}
        said += [client.post(f"{path}/{call}", headers=headers, json=body) for call in ("decisions", "recoveries")]
        said.append(client.post(f"{path}/decisions", headers=headers, json={"context": word}))
        broken = {"headers": headers | {"Content-Type": "application/json"}, "content": '{"customer_ids": ["' + word}
        said.append(client.post("/v1/predictions", **broken))
        said.append(client.request(word.replace("+", "").replace("@", ""), f"/{word}"))
    decided = client.post(f"/v1/customers/{MAIL}/decisions", headers=headers, json={"agent_id": "agent-1"})
    said.append(client.post(f"/v1/decisions/{decided.json()['decision_id']}/outcomes", headers=headers, json={"offer_id": NAME}))
    said.append(client.get("/metrics", headers=headers))
    said += [client.get(f"/v1/customers/{MAIL}", headers=headers) for _ in range(60)]
    return said


def held_in(content: bytes) -> list[str]:
    return [word for word in WORDS if word.encode() in content]


def test_no_log_line_holds_a_word_of_a_customer(journey):
    _, lines, said, client = journey
    client.app.state.service.lines.flush()

    assert lines.getvalue().count(b'"event":"request"') > len(said)
    assert held_in(lines.getvalue()) == []


def test_no_metric_and_no_problem_repeats_a_word_of_a_customer(journey):
    refused = [answer for answer in journey[2] if answer.status_code >= 400]
    page = next(answer for answer in journey[2] if answer.request.url.path == "/metrics")

    assert {answer.status_code for answer in refused} >= {401, 404, 422, 429}
    assert [word for answer in (*refused, page) for word in held_in(answer.content)] == []


def test_no_entry_of_the_audit_holds_a_word_of_a_customer(journey, tmp_path):
    home, _, _, client = journey
    service = client.app.state.service
    service.reads.flush()
    assert chain_all(home, service.engine).count > 5

    with one_moment(service.engine) as connection:
        dump(connection, tmp_path)

    assert held_in(gzip.decompress((tmp_path / "audit_entries.jsonl.gz").read_bytes())) == []
