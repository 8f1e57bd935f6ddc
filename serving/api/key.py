"""What may this key do: for the connection test of a CRM, and for clients that refuse to hold more rights than they need."""

from __future__ import annotations

import msgspec
from pydantic import ConfigDict, Field
from starlette.responses import Response

from serving.answering.words import Answer
from serving.database.keys import Caller
from serving.door.access import READ, access
from serving.door.media import JSON
from serving.door.problems import Unauthenticated
from serving.door.route import Call

KEY = "/v1/key"


class KeySchema(Answer):
    """Which key asks, and what it may do."""

    model_config = ConfigDict(title="Key", extra="forbid")

    key_id: str = Field(description="The key's id, as `lifecycle keys list` shows it; of a person, `person:` and theirs.")
    scopes: list[str] = Field(description="What it may do; `admin` may do everything.")
    request_id: str


class KeyAnswer(msgspec.Struct, frozen=True):
    """The key that asks: its id, and its scopes in the order of the alphabet."""

    key_id: str
    scopes: list[str]
    request_id: str


@access(READ)
async def get_key(call: Call) -> Response:
    """Say which key asks and what it may do; a connection test that touches no customer."""
    caller = _known(call.caller)
    answer = KeyAnswer(caller.key_id, sorted(caller.scopes), call.exchange.request_id)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise Unauthenticated("This call needs a key.")
    return caller
