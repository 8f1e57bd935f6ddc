"""What goes out about the process itself, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import VersionsSchema
from serving.answering.words import Answer, Moment, absent


class AliveSchema(Answer):
    """The process runs."""

    model_config = ConfigDict(title="Alive", extra="forbid")

    status: str


class ReadySchema(Answer):
    """Whether the process answers questions, and from what."""

    model_config = ConfigDict(title="Ready", extra="forbid")

    status: str
    degraded: bool
    reason: str | SkipJsonSchema[None] = absent(description="Why it is not ready, or degraded.")
    as_of: Moment | SkipJsonSchema[None] = absent(description="The moment of the predictions in service.")
    versions: VersionsSchema | SkipJsonSchema[None] = absent(description="What is in service.")
