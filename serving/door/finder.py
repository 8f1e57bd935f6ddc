"""Which route takes a request: found by the segments of its path, one look-up for each form that a path so long can have.

FastAPI asks one route after the other whether it matches, which costs the twentieth of them as much as its answer does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from serving.door.route import GuardedRoute

_Form: TypeAlias = tuple[str | None, ...]
"""The segments of a path; None where a parameter stands."""

_REST = ":path}"


class Finder:
    """Leads each request to its route; `router` is asked only to open and close. A path's own words go before a parameter.

    A route that ends with `{...:path}` takes what no other route does below its beginning.

    Raises
    ------
    ValueError
        When built of a route with a parameter that is neither one whole segment nor all that follows.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes: dict[_Form, dict[str, GuardedRoute]] = {}
        guarded = [route for route in router.routes if isinstance(route, GuardedRoute)]
        self._below = {route.path.partition("{")[0]: route for route in guarded if route.path.endswith(_REST)}
        for route in guarded:
            for method in () if route.path.endswith(_REST) else route.methods or ():
                self._routes.setdefault(_form(route), {}).setdefault(method, route)
        self._parameters = _parameters(self._routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; a method that no route at its path takes is refused with all that are taken there."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        segments, allowed = scope["path"].split("/"), set()
        for places, taken in self._at(segments):
            route = taken.get(scope["method"])
            scope["route"] = route or next(iter(taken.values()))
            if route is not None:
                scope["path_params"] = dict(zip(route.param_convertors, (segments[place] for place in places), strict=True))
                await route.app(scope, receive, send)
                return
            allowed |= set(taken)
        for beginning, route in self._below.items():
            if scope["path"].startswith(beginning) and scope["method"] in (route.methods or ()):
                rest = scope["path"].removeprefix(beginning)
                scope["route"], scope["path_params"] = route, dict.fromkeys(route.param_convertors, rest)
                await route.app(scope, receive, send)
                return
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))}) if allowed else HTTPException(404)

    def _at(self, segments: list[str]) -> Iterator[tuple[tuple[int, ...], dict[str, GuardedRoute]]]:
        """Give the routes at a path by method, with the places of their parameters, none of which is empty."""
        for places in self._parameters.get(len(segments), ()):
            form: list[str | None] = [*segments]
            for place in places:
                form[place] = None
            taken = self._routes.get(tuple(form))
            if taken is not None and all(segments[place] for place in places):
                yield places, taken


def _form(route: GuardedRoute) -> _Form:
    form = tuple(None if each[:1] == "{" and each[-1:] == "}" else each for each in route.path.split("/"))
    if [each for each in route.path.split("/") if "{" in each] != [f"{{{name}}}" for name in route.param_convertors]:
        raise ValueError(f"needed parameters that are whole segments of a path, found {route.path}; divide it by slashes")
    return form


def _parameters(forms: Iterable[_Form]) -> dict[int, list[tuple[int, ...]]]:
    """Return where parameters may stand in a path of so many segments, the fewest of them first."""
    found: dict[int, set[tuple[int, ...]]] = {}
    for form in forms:
        found.setdefault(len(form), set()).add(tuple(place for place, each in enumerate(form) if each is None))
    return {length: sorted(each, key=lambda places: (len(places), places)) for length, each in found.items()}
