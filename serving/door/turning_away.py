"""How is a request turned away that is too much: by the protocol, once its last byte is there, before anything is made of it.

What is refused under a flood shares the processors with what is done, so the refusal is spelled once, all but the number of the
request, and written without a task, a scope or a route. Whatever is not plainly one request of a connection kept alive goes the
ordinary way, and the gate says the same.
"""

from __future__ import annotations

from starlette.responses import Response

from serving.door.gate import Gate
from serving.door.patience import PromptHeads
from serving.door.problems import refusal
from serving.door.whole import STAMPS, fields

_NUMBER = "0" * 24
_LENGTH = b"content-length"


def protocol_behind(gate: Gate) -> type[PromptHeads]:
    """Return the protocol of a server whose application stands behind this gate."""
    return type("GatedHeads", (TurningAway,), {"gate": gate, "wording": Wording(gate)})


class Wording:
    """The answer to whom is turned away."""

    def __init__(self, gate: Gate) -> None:
        answer = refusal(gate.overloaded(), _NUMBER)
        self._before, self._after = bytes(answer.body).split(_NUMBER.encode())
        self._head = b"HTTP/1.1 %d Service Unavailable\r\n" % answer.status_code + _fixed_fields(answer)

    def answer(self, request_id: str, server_fields: list[tuple[bytes, bytes]]) -> bytes:
        """Return head and body for one request; its number is of plain letters, so it stands in JSON as it is."""
        number = request_id.encode()
        body = b"%b%b%b" % (self._before, number, self._after)
        head = b"%b%bcontent-length: %d\r\nx-request-id: %b\r\n" % (self._head, fields(tuple(server_fields)), len(body), number)
        return b"%b\r\n%b" % (head, body)


class TurningAway(PromptHeads):
    """Our protocol, which refuses what is too much by itself."""

    gate: Gate
    wording: Wording
    _is_refused = _has_ended = False

    def data_received(self, data: bytes) -> None:
        """Take bytes in; the end of a refused request is no part of a head to come."""
        super().data_received(data)
        if self._has_ended:
            self._stop_waiting()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._is_refused = self._has_ended = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Have the request served, or note that it is refused once it is whole."""
        self._is_refused = self._is_plain and self.gate.turns_away(self.url)
        if not self._is_refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body, of which nothing is kept where the request is refused."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Let the request end, or refuse it."""
        if not self._is_refused:
            super().on_message_complete()
            return
        self._has_ended = True
        exchange = self.gate.turn_away(self.headers, self.parser.get_method().decode("ascii"))
        self.transport.write(self.wording.answer(exchange.request_id, self.server_state.default_headers))
        self.on_response_complete()

    @property
    def _is_plain(self) -> bool:
        """Whether the connection is kept alive, waits for nothing but this request, and nothing is asked of it first."""
        is_free = self.cycle is None or self.cycle.response_complete
        parser = self.parser
        return is_free and not self.expect_100_continue and not parser.should_upgrade() and parser.should_keep_alive()


def _fixed_fields(answer: Response) -> bytes:
    return fields((*((name, value) for name, value in answer.raw_headers if name != _LENGTH), *STAMPS))
