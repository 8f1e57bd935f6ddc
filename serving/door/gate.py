"""What surrounds every request, matched or not: its number, headers, count and log line, and faults made plain.

A fault of ours is logged by its kind and place, and answered as a problem: its message may hold what was sent. What cannot be
taken on is turned away here, before a route is looked for: a flood costs least where it is met first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import LifecycleError
from serving.door.exchange import Exchange, begin_exchange
from serving.door.problems import Overloaded, http_refusal, refusal
from serving.door.whole import STAMPS, withdraw_whole

if TYPE_CHECKING:
    from serving.service import Service

_UNMATCHED = "unmatched"
_CALLS = "/v1/"  # beside them, what says how the process is, which is asked most where there is too much to do
_CALLS_AS_SENT = _CALLS.encode()
_CALLER_LEFT = 499
# A made-up method would make a new series of every counter.
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_STAMPS_AT_THE_END = (*STAMPS, (b"connection", b"close"))


class Gate:
    """The outermost layer, in plain ASGI so that it costs little; within it is the router and nothing else."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._metrics = service.metrics
        self._log = service.log
        self._lines = service.lines
        self._drain = service.drain
        self._admission = service.admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = begin_exchange(scope)
        stamped = self._stamped(send, exchange)
        if self._drain.begun:
            withdraw_whole(scope)  # the last answer of a connection says so
        try:
            if self._admission.is_full and scope["path"].startswith(_CALLS):
                raise self._admission.refused()
            await self._app(scope, receive, stamped)
        except ClientDisconnect:
            exchange.status = _CALLER_LEFT
        except Exception as fault:
            if exchange.status:
                self._say(exchange, fault)
                raise
            await self._refusal(exchange, fault)(scope, receive, stamped)
        finally:
            withdraw_whole(scope)
            self._record(scope, exchange)

    def turns_away(self, path: bytes) -> bool:
        """Whether the next request is too much, if it is one of the calls; one that ends a drained connection has to say so."""
        return path.startswith(_CALLS_AS_SENT) and self._admission.has_no_place and not self._drain.begun

    def turn_away(self, headers: Sequence[tuple[bytes, bytes]], method: str) -> Exchange:
        """Record a request that the protocol refuses as overload, and return its record."""
        scope: Scope = {"headers": headers, "method": method}
        exchange = begin_exchange(scope)
        self._admission.refused()
        exchange.status = Overloaded.status
        self._record(scope, exchange)
        return exchange

    def overloaded(self) -> Overloaded:
        """Return what is said to whom is turned away."""
        return self._admission.overloaded()

    def _refusal(self, exchange: Exchange, fault: Exception) -> Response:
        """Return what the caller gets: whatever went wrong inside, an answer, and nothing of a fault's text."""
        if isinstance(fault, LifecycleError):
            return refusal(fault, exchange.request_id)
        if isinstance(fault, HTTPException):
            return http_refusal(fault.status_code, exchange.request_id, fault.headers)
        self._say(exchange, fault)
        return http_refusal(500, exchange.request_id)

    def _say(self, exchange: Exchange, fault: Exception) -> None:
        self._log.error("fault", request_id=exchange.request_id, fault=type(fault).__name__, at=place_of(fault))

    def _stamped(self, send: Send, exchange: Exchange) -> Send:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                stamps = _STAMPS_AT_THE_END if self._drain.begun else STAMPS
                own = {name for name, _ in message["headers"]}
                added = ((name, value) for name, value in stamps if name not in own)
                message["headers"] = [*message["headers"], (b"x-request-id", exchange.request_id.encode()), *added]
            await send(message)

        return stamped

    def _record(self, scope: Scope, exchange: Exchange) -> None:
        route, seconds, method = getattr(scope.get("route"), "path", _UNMATCHED), exchange.seconds, _method(scope)
        self._metrics.observe(route=route, method=method, status=exchange.status, seconds=seconds)
        self._lines.write(exchange, method=method, route=route, seconds=seconds)


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"


def place_of(fault: BaseException) -> str:
    """Return where in our code it was raised; its words may hold what was sent."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "unknown"
