"""The route of a request: the one that FastAPI would have found, whatever stands in the path."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.routing import Match

from serving.app import declared_app
from serving.door.access import ANYBODY, access
from serving.door.finder import Finder
from serving.door.route import GuardedRoute

ROUTER = declared_app().router
WORDS = sorted({segment for route in ROUTER.routes for segment in route.path.split("/")} | {"c1", "Zoë", "..", " "})


def asked(finder: Finder, method: str, path: str) -> dict:
    scope = {"type": "http", "method": method, "path": path}
    asyncio.run(finder(scope, None, None))
    return scope


class Noted(GuardedRoute):
    """A route that serves nothing: what was found stands in the scope."""

    async def _serve(self, scope, receive, send) -> None: ...


def noting(*paths: str) -> Finder:
    @access(ANYBODY)
    async def handler(call): ...

    router = APIRouter(route_class=Noted)
    for path in paths:
        router.add_api_route(path, handler, methods=["GET"])
    return Finder(router)


OURS = noting(*dict.fromkeys(route.path for route in ROUTER.routes))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_the_route_found_is_one_whose_expression_matches(segments):
    scope = {"type": "http", "method": "GET", "path": "/" + "/".join(segments)}
    matches = [(route.path, *route.matches(scope)) for route in OURS._router.routes]
    matching = [(path, each["path_params"]) for path, match, each in matches if match is Match.FULL]

    with suppress(HTTPException):  # where there is none
        scope = asked(OURS, "GET", scope["path"])

    found = (scope["route"].path, scope["path_params"]) if "route" in scope else None
    assert found in matching if matching else found is None


def test_a_paths_own_words_go_before_a_parameter():
    finder = noting("/reports/{name}", "/reports/stages")

    assert asked(finder, "GET", "/reports/stages")["route"].path == "/reports/stages"
    assert asked(finder, "GET", "/reports/drift")["path_params"] == {"name": "drift"}


@pytest.mark.parametrize("path", ["/reports/", "/reports", "/reports/a/b", "//reports/a", "/reports/a\n/", ""])
def test_a_parameter_is_one_segment_that_is_not_empty(path):
    with pytest.raises(HTTPException) as refused:
        asked(noting("/reports/{name}"), "GET", path)

    assert refused.value.status_code == 404


def test_a_refused_method_is_told_by_the_path_it_was_asked_at():
    finder, scope = noting("/reports/{name}"), {"type": "http", "method": "PUT", "path": "/reports/a"}

    with pytest.raises(HTTPException) as refused:
        asyncio.run(finder(scope, None, None))

    assert (refused.value.status_code, refused.value.headers) == (405, {"Allow": "GET"})
    assert scope["route"].path == "/reports/{name}"


@pytest.mark.parametrize("path", ["/files/{name}.csv", "/files/{name:path}/parts"])
def test_a_parameter_that_is_no_whole_segment_is_refused_at_the_start(path):
    with pytest.raises(ValueError, match="whole segments"):
        noting(path)


def test_what_no_other_route_takes_is_for_the_one_that_takes_all_that_follows():
    finder = noting("/page/{path:path}", "/page/manager", "/reports/{name}")

    assert asked(finder, "GET", "/page/manager")["route"].path == "/page/manager"
    assert asked(finder, "GET", "/page/a/b")["path_params"] == {"path": "a/b"}
    with pytest.raises(HTTPException, match="404"):
        asked(finder, "GET", "/elsewhere/a")
