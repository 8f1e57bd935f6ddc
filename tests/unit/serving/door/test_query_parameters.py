"""What stands behind the question mark of an address is read as the call declares it, or refused without being repeated."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from features.errors import LifecycleError
from serving.door.access import ANYBODY, access
from serving.door.exchange import begin_exchange, exchange_of
from serving.door.problems import refusal
from serving.door.route import Call, GuardedRoute


@access(ANYBODY)
async def echo(call: Call, word: Annotated[str, Query(pattern="^[a-z]+$")], often: bool = False) -> JSONResponse:
    del call
    return JSONResponse({"word": word, "often": often})


@access(ANYBODY)
async def plain(call: Call) -> JSONResponse:
    del call
    return JSONResponse({})


class Numbered:
    """Opens the record of a request, as the gate of the service does."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            begin_exchange(scope)
        await self.app(scope, receive, send)


async def refused(request, error):
    return refusal(error, exchange_of(request.scope).request_id)


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.router.route_class = GuardedRoute
    for path, handler in (("/echo", echo), ("/plain", plain)):
        app.add_api_route(path, handler, methods=["GET"])
    app.add_exception_handler(LifecycleError, refused)
    app.state.service = None
    app.add_middleware(Numbered)
    return TestClient(app)


@pytest.mark.parametrize(("query", "often"), [("word=yes", False), ("word=yes&often=true", True), ("often=0&word=yes", False)])
def test_what_is_asked_comes_typed_and_what_is_not_has_its_default(client, query, often):
    assert client.get(f"/echo?{query}").json() == {"word": "yes", "often": often}


@pytest.mark.parametrize(
    "query", ["", "often=true", "word=", "word=NO", "word=a&word=b", "word=a&often=maybe", "word=a&oftn=true", "word=a&often="]
)
def test_a_query_of_another_form_is_refused_and_not_repeated(client, query):
    answer = client.get(f"/echo?{query}")

    assert answer.status_code == 422
    assert not {"NO", "maybe", "oftn"} & set(answer.json()["detail"].replace("`", " ").split())


def test_a_call_that_declares_no_query_overlooks_one(client):
    assert client.get("/plain?utm=mail").status_code == 200


MOMENTS = ["/v1/alerts?since=", "/v1/customers/c1/timeline?before=", "/v1/models/churn/live?at="]


@pytest.mark.parametrize("given", ["0.5", "1700000000", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "now"])
@pytest.mark.parametrize("address", MOMENTS)
def test_a_moment_is_written_with_its_zone_or_refused(asker, address, given):
    answer = asker.get(f"{address}{given}")  # a bare `+` in a query is a space

    assert answer.status_code == 422
    assert "2026-01-01T00:00:00Z" in answer.text


@pytest.mark.parametrize("given", ["2026-01-01T00:00:00Z", "2026-01-01t00:00:00.5z", "2026-01-01T00:00:00%2B01:00"])
def test_a_moment_as_rfc_3339_writes_it_is_taken(asker, given):
    assert asker.get(f"/v1/alerts?since={given}").status_code == 200
