"""How is the service put together: every call declared, and no start if one does not say who may make it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.calls import GROUPS, DeclaredCall
from serving.door.access import RouteUndeclared, declared_access
from serving.door.finder import Finder
from serving.door.gate import Gate
from serving.door.route import GuardedRoute
from serving.door.schemas import ProblemSchema
from serving.live.shelf import LiveShelf
from serving.openapi import described, security
from serving.page.calls import PAGES
from serving.page.frame.route import PageRoute
from serving.service import Clock, moment_now, open_service
from serving.settings import ServiceSettings
from serving.vitals.schemas import ReadySchema

_TITLE = "lifecycle"
_ABOUT = "Predictions for the whole life of a customer. Names are fixed; members may be added."
# Nothing about a request may leave this machine by a provider that some other library has set up.
_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}


def create_app(settings: ServiceSettings, *, clock: Clock = moment_now, shelf: LiveShelf | None = None) -> Application:
    """Return the application of one process, its database open; the live state is loaded when the application starts.

    `shelf`: where what is live is found, if it is being opened already.

    Raises
    ------
    RouteUndeclared
        If a route does not declare who may call it.
    DatabaseUrlInvalid, DatabaseUnavailable
        If the operational database cannot be opened.
    """
    app = declared_app()
    app.state.service = service = open_service(settings, clock, shelf)
    app.gate = Gate(Finder(app.router), service)
    return app


def declared_app() -> Application:
    """Return the application with every call declared and nothing opened: enough to describe it.

    Raises
    ------
    RouteUndeclared
        If a route does not declare who may call it.
    """
    app = Application(
        title=_TITLE,
        version=version("lifecycle"),
        description=_ABOUT,
        docs_url=None,  # the pages FastAPI would serve load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # served as a declared call instead
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=_lifespan,
    )
    app.router.route_class = GuardedRoute
    app.router.routes.extend(_declared_routes())
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    refuse_undeclared(app)
    return app


class Application(FastAPI):
    """FastAPI's routes and document, behind our gate alone: its own layers do what the gate and the routes do already."""

    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request through the gate at once; FastAPI would ask first for a telemetry that is off."""
        if scope["type"] == "http":
            scope["app"] = self
            await self.gate(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Return what every request goes through."""
        return self.gate


def refuse_undeclared(app: FastAPI) -> None:
    """Let the application pass only if every route declares who may call it, whatever kind of route it is.

    Raises
    ------
    RouteUndeclared
        Naming the first that does not.
    """
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, GuardedRoute):
            where = getattr(route, "path", type(route).__name__)
            raise RouteUndeclared(
                f"needed a guarded route at {where}, found {type(route).__name__}; declare it in serving/api/calls/"
            )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service = app.state.service
    await anyio.to_thread.run_sync(service.start)
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(service.close)


@cache
def _declared_routes() -> list[BaseRoute]:
    """Return the route of every call and page: they hold no state, so that the applications of a process share them."""
    router = APIRouter(route_class=GuardedRoute)
    for heading, calls in GROUPS.items():
        for call in calls:
            _add_call(router, call, heading=heading)
    for page in PAGES:
        router.add_api_route(
            page.path, page.handler, methods=[page.method], route_class_override=PageRoute, include_in_schema=False
        )
    return router.routes


def _add_call(router: APIRouter, call: DeclaredCall, *, heading: str) -> None:
    router.add_api_route(
        call.path,
        call.handler,
        methods=[call.method],
        status_code=call.status,
        operation_id=call.operation_id,
        tags=[heading],
        summary=(call.handler.__doc__ or "").partition("\n")[0],
        response_model=call.answer,
        response_class=call.form,
        responses=_refusals(call),
        openapi_extra=security(declared_access(call.handler)) | call.extra,
    )


def _refusals(call: DeclaredCall) -> dict[int | str, dict[str, Any]]:
    """Return the refusals a call declares; a process that is not ready says so in the form of its readiness."""
    if call.answer is ReadySchema:
        return {503: {"model": ReadySchema, "description": "Not ready."}}
    return {status: {"model": ProblemSchema} for status in call.problems}
