"""How is a request told that may be sent again: by its Idempotency-Key, with which it has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from features.errors import InvalidInput
from serving.database import writing
from serving.database.idempotency import (
    IdempotencyKeyInvalid,
    RepeatableRequest,
    StoredAnswer,
    digest_of_request,
    remember,
    remembered,
)
from serving.door.exchange import header
from serving.door.problems import ForCallers
from serving.door.route import Call

PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "1 to 255 visible characters: sent again with it, the same request has one effect and one answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ]
}
"""What the OpenAPI document says of it."""


class IdempotencyKeyMalformed(ForCallers, InvalidInput):
    """The Idempotency-Key has not the needed form."""

    problem = "invalid-request"


def repeatable(call: Call, route: str) -> RepeatableRequest | None:
    """Return the request by its Idempotency-Key; None where it carries none.

    Raises
    ------
    IdempotencyKeyMalformed
        If the key is empty, too long, or has characters that are not visible ASCII.
    """
    key = header(call.scope, b"idempotency-key")
    if key is None or call.caller is None:
        return None
    digest = digest_of_request(call.url.path, call.content)
    try:
        return RepeatableRequest(call.caller.key_id, route, key, digest)
    except IdempotencyKeyInvalid as error:
        raise IdempotencyKeyMalformed(str(error)) from error


def once(call: Call, route: str, answer: Callable[[Connection], StoredAnswer]) -> StoredAnswer:
    """Return what `answer` records and answers, all in one transaction; of a request that came before, the answer it had.

    Raises
    ------
    IdempotencyKeyMalformed, IdempotencyKeyReused, StillAnswering, AnsweredMeanwhile
        If the Idempotency-Key is none, came with another request, or the same request is being answered; nothing is recorded.
    """
    request = repeatable(call, route)
    with writing(call.service.engine) as connection:
        before = remembered(connection, request, now=call.service.clock()) if request else None
        if before is not None:
            return before
        made = answer(connection)
        if request:
            remember(connection, request, made)
        return made


def sent(answer: StoredAnswer) -> Response:
    """Return an answer as it was stored, byte for byte."""
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type)
