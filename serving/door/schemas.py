"""What goes out where a request is refused, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.json_schema import SkipJsonSchema

from serving.answering.words import Answer, absent


class FieldErrorSchema(Answer):
    """One thing wrong in a request."""

    model_config = ConfigDict(title="FieldError", extra="forbid")

    pointer: str
    detail: str


class ProblemSchema(Answer):
    """RFC 9457 problem; never repeats what was sent."""

    model_config = ConfigDict(title="Problem", extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldErrorSchema] | SkipJsonSchema[None] = absent(description="Where the request is wrong.")
    limit: float | SkipJsonSchema[None] = absent(description="Of a recovery: how much may be granted now.")
    binding: str | SkipJsonSchema[None] = absent(description="Of a recovery: the bound that binds.")
    ask: str | SkipJsonSchema[None] = absent(description="Of a recovery: the role that may grant the amount; absent: nobody.")
    retry_after_seconds: int | SkipJsonSchema[None] = absent(description="Of too many requests: the wait, as in `Retry-After`.")
    requests_per_minute: int | SkipJsonSchema[None] = absent(description="Of too many requests: how many the key may make.")
