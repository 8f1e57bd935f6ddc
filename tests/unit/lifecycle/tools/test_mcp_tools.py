"""A language model asks a real service through the protocol, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from mcp import Client

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from lifecycle.tools.asking import KeyNotTaken, KeyTooStrong, NotAName, ServiceClient, ServiceUnreachable
from lifecycle.tools.server import tool_server
from serving.app import create_app
from serving.database import keys
from serving.database.audit import AuditLog
from serving.settings import ServiceSettings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    folder = tmp_path_factory.mktemp("tools")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.3}, company_text=text, beside=decidable()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
        found = create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF)
        found.state.service.start()
        yield found
        found.state.service.close()


def client_of(app, *scopes: str) -> ServiceClient:
    made = keys.create_key(app.state.service.engine, name="assistant", scopes=scopes, created_at=AS_OF)
    return ServiceClient.at("http://service", made.secret, transport=httpx2.ASGITransport(app))


@asynccontextmanager
async def asked(app, *scopes: str) -> AsyncIterator[Client]:
    client = client_of(app, *scopes)
    async with client.http, Client(tool_server(client)) as model:
        yield model


def called(app, name: str, *scopes: str, **arguments: str):
    async def call():
        async with asked(app, *(scopes or ("read", "decide"))) as model:
            return await model.call_tool(name, arguments)

    return anyio.run(call)


def text_of(result) -> str:
    return "\n".join(part.text for part in result.content)


def test_there_are_four_tools_and_two_of_them_only_look(app):
    async def listed():
        async with asked(app, "read") as model:
            return (await model.list_tools()).tools

    tools = anyio.run(listed)

    assert {tool.name for tool in tools} == {"customer_summary", "decide", "record_outcome", "stage_report"}
    assert {tool.name for tool in tools if tool.annotations.read_only_hint} == {"customer_summary", "stage_report"}
    assert all(tool.description for tool in tools)


def test_a_summary_tells_the_figures_and_what_is_not_known(app):
    told = text_of(called(app, "customer_summary", customer_id="c1"))

    assert "Customer c1 as of 2026-01-01" in told
    assert "Chance to leave within 90 days: 30%" in told
    assert "Stage: growth" in told
    assert "DEGRADED" in told
    assert "Warning model_missing: No purchase model is live." in told


def test_a_decision_comes_with_words_to_say_and_its_outcome_goes_back(app):
    decided = text_of(called(app, "decide", customer_id="c1", agent_id="ana"))
    decision_id, offer_id = decided.split()[1], decided.split("1. ")[1].split()[0]

    told = text_of(
        called(app, "record_outcome", decision_id=decision_id, offer_id=offer_id, outcome="declined", reason="too_expensive")
    )

    assert "Say: " in decided
    assert "Why: " in decided
    assert told == f"{offer_id} of decision {decision_id} is now declined."


@pytest.mark.parametrize(
    ("name", "scopes", "arguments", "words"),
    [
        ("customer_summary", ("read",), {"customer_id": "nobody"}, "Unknown customer: "),
        ("customer_summary", ("read",), {"customer_id": "../key"}, "needed an id"),
        ("customer_summary", ("read",), {"customer_id": ".."}, "needed an id"),
        ("customer_summary", ("ingest",), {"customer_id": "c1"}, "Scope missing: "),
        ("decide", ("read",), {"customer_id": "c1"}, "Scope missing: "),
        ("decide", ("decide",), {"customer_id": "c1", "context": "wedding"}, "/context"),
    ],
)
def test_a_refusal_of_the_service_is_an_error_of_the_tool_in_its_words(app, name, scopes, arguments, words):
    result = called(app, name, *scopes, **arguments)

    assert result.is_error
    assert words in text_of(result)


def test_a_key_of_an_admin_is_refused_and_a_lesser_one_is_not(app):
    anyio.run(client_of(app, "read", "decide").refuse_strong_key)

    with pytest.raises(KeyTooStrong, match="keys create"):
        anyio.run(client_of(app, "read", "admin").refuse_strong_key)


def test_a_key_that_the_service_does_not_know_is_refused_with_what_to_make(app):
    client = ServiceClient.at("http://service", "lck_x", transport=httpx2.ASGITransport(app))

    with pytest.raises(KeyNotTaken, match=r"LIFECYCLE_API_KEY that http://service takes.*keys create"):
        anyio.run(client.refuse_strong_key)


def test_what_a_model_looked_at_is_in_the_audit(app, monkeypatch):
    left = []
    monkeypatch.setattr(AuditLog, "record", lambda _, entries: left.extend(entries))

    called(app, "customer_summary", customer_id="c1")

    assert [(entry.route, entry.status) for entry in left] == [("/v1/customers/{customer_id}", 200)]


def test_where_no_service_answers_it_says_what_to_start():
    client = ServiceClient.at("http://127.0.0.1:1", "lck_x")

    with pytest.raises(ServiceUnreachable, match="lifecycle serve"):
        anyio.run(client.refuse_strong_key)


def test_no_part_of_an_address_is_made_of_what_a_model_says():
    with pytest.raises(NotAName):
        anyio.run(ServiceClient.at("http://service", "k").get, "/v1/customers/{}", "a/../../v1/key")
