"""What surrounds every request, matched or not: its number, headers, count and log line, and faults made plain.

A fault of ours is logged by its kind and place, and answered as a problem: its message may hold what was sent.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.door.drain import Drain
from serving.door.exchange import Exchange, begin_exchange, exchange_of
from serving.door.logs import Log
from serving.door.problems import http_refusal
from serving.metrics import Metrics

_UNMATCHED = "unmatched"
_CALLER_LEFT = 499


class Gate:
    """The outermost layer, in plain ASGI so that it costs little."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log, drain: Drain) -> None:
        self._app = app
        self._metrics = metrics
        self._log = log
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = begin_exchange(scope)
        try:
            await self._serve(scope, receive, self._stamped(send, exchange))
        finally:
            self._record(scope, exchange)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            exchange_of(scope).status = _CALLER_LEFT
        except Exception as fault:
            # The border of the service: whatever went wrong inside, the caller gets an answer, and nothing of its text.
            exchange = exchange_of(scope)
            self._log.error("fault", request_id=exchange.request_id, fault=type(fault).__name__, at=_place(fault))
            if exchange.status:
                raise
            await http_refusal(500, exchange.request_id)(scope, receive, send)

    def _stamped(self, send: Send, exchange: Exchange) -> Send:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = exchange.request_id
                headers["cache-control"] = "no-store"
                headers["x-content-type-options"] = "nosniff"
                if self._drain.begun:
                    headers["connection"] = "close"
            await send(message)

        return stamped

    def _record(self, scope: Scope, exchange: Exchange) -> None:
        route = getattr(scope.get("route"), "path", _UNMATCHED)
        seconds = exchange.seconds
        self._metrics.observe(route=route, method=_method(scope), status=exchange.status, seconds=seconds)
        self._log.info(
            "request",
            request_id=exchange.request_id,
            method=_method(scope),
            route=route,
            status=exchange.status,
            milliseconds=round(seconds * 1000, 3),
            key_id=exchange.key_id,
        )


def _method(scope: Scope) -> str:
    # A made-up method would make a new series of every counter.
    known = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
    method: str = scope["method"]
    return method if method in known else "OTHER"


def _place(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "unknown"
