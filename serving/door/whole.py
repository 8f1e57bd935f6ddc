"""How do a body and an answer that are there as a whole reach whom they are for: in one piece, past the messages of ASGI.

Where the web server offers it and nothing speaks against it; else they go the ordinary way. All that stands in the head of such
an answer is ours: names and values that were checked when they were made.
"""

from __future__ import annotations

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

STAMPS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""The header fields of every answer."""

_KEY = "lifecycle.whole"


def fields(pairs: tuple[tuple[bytes, bytes], ...]) -> bytes:
    r"""Return header fields as they are sent.

    >>> fields(((b"cache-control", b"no-store"),))
    b'cache-control: no-store\r\n'
    """
    return b"".join(b"%b: %b\r\n" % pair for pair in pairs)


def offer_whole(cycle: RequestResponseCycle) -> None:
    """Let the body of this request be read, and the answer to it be written, as a whole."""
    cycle.scope["state"][_KEY] = cycle


def withdraw_whole(scope: Scope) -> None:
    """Let the answer go the ordinary way; to be called at the end too, since the two hold each other."""
    scope.get("state", {}).pop(_KEY, None)


def body_at_hand(scope: Scope) -> bytes | None:
    """Return the body if all of it has come already, as the body of most calls comes with the head; None where it has not."""
    cycle: RequestResponseCycle | None = scope.get("state", {}).get(_KEY)
    return None if cycle is None or cycle.more_body else bytes(cycle.body)


def written_whole(scope: Scope, head: bytes, body: bytes) -> bool:
    """Write the answer, `head` being all fields but those of the server; False where it must go the ordinary way."""
    cycle: RequestResponseCycle | None = scope.get("state", {}).pop(_KEY, None)
    if cycle is None or cycle.response_started or cycle.disconnected or not cycle.keep_alive or cycle.flow.write_paused:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(b"HTTP/1.1 200 OK\r\n%b%b\r\n%b" % (head, fields(tuple(cycle.default_headers)), body))
    cycle.message_event.set()
    cycle.on_response()
    return True
