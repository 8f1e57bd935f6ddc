"""What does every question about customers begin with: the state in service, taken once, and what holds for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from starlette import types
from starlette.responses import Response

from features.errors import LifecycleError
from serving.answering.answers import Known, Standing, age_beyond, standing
from serving.database.keys import Scope
from serving.door.exchange import exchange_of
from serving.door.media import JSON
from serving.door.problems import Erased, NothingLive, UnknownCustomer
from serving.door.route import Call
from serving.door.whole import STAMPS, fields, written_whole
from serving.live.state import Found, LiveState, Versions

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Asked:
    """One question: the only live state it is answered from, and what holds for every answer from it now."""

    state: LiveState
    standing: Standing
    call: Call

    def find(self, customer_id: str, *, route: str, scope: Scope = "read") -> Found:
        """Return what is known of one customer; a refusal leaves its entry in the audit.

        Raises
        ------
        UnknownCustomer, Erased
            If nobody of that id is known, or the person was erased.
        RowDamaged
            If what is stored about the customer is not what was written.
        """
        try:
            return found_in(self.state, customer_id)
        except LifecycleError as refusal:
            self.call.service.reads.note(self.call.exchange, [customer_id], route=route, status=refusal.status, scope=scope)
            raise


def found_in(state: LiveState, customer_id: str) -> Found:
    """Return what is known of one customer, raising as `Asked.find` does; whoever calls leaves the entries in the audit."""
    found = state.find(customer_id)
    if found is not None:
        return found
    if state.is_erased(customer_id):
        raise Erased
    raise UnknownCustomer("No customer of that id is known.")


def ask(call: Call) -> Asked:
    """Take the state in service for this question.

    Raises
    ------
    NothingLive
        If nothing verified is in service.
    """
    service = call.service
    held, now = service.live.in_service(), service.clock()
    if held.state is None:
        raise NothingLive("No verified predictions are live, so there is nothing true to answer; /readyz says why.")
    known = Known(held.trouble is None, held.is_fresh, age_beyond(held.state, now, service.settings.stale_hours))
    return Asked(held.state, standing(held.state, known), call)


class Reply(Response):
    """An answer in JSON whose header fields are at hand already; written as a whole where that is offered."""

    def __init__(self, content: bytes, state: LiveState) -> None:
        self.status_code, self.body, self.background = 200, content, None
        self._versions = state.versions

    async def __call__(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        """Send it."""
        exchange, length = exchange_of(scope), str(len(self.body)).encode()
        head = b"%bcontent-length: %b\r\nx-request-id: %b\r\n" % (_head_of(self._versions), length, exchange.request_id.encode())
        if written_whole(scope, head, bytes(self.body)):
            exchange.status = self.status_code
            return
        self.raw_headers = [*_fields_of(self._versions), (b"content-length", length)]
        await super().__call__(scope, receive, send)


def reply(answer: msgspec.Struct, state: LiveState) -> Response:
    """Return the answer as JSON, with the versions it comes from in `X-Lifecycle-*` headers."""
    return Reply(encode(answer), state)


@lru_cache(maxsize=8)
def _head_of(versions: Versions) -> bytes:
    return fields((*_fields_of(versions), *STAMPS))


def _fields_of(versions: Versions) -> tuple[tuple[bytes, bytes], ...]:
    named = [(f"x-lifecycle-{name}".encode(), getattr(versions, name).encode()) for name in versions.__struct_fields__]
    return (*named, (b"content-type", JSON.encode()))
