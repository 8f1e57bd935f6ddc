"""What goes in and out of histories, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.words import Answer, GivenMoment, Moment, absent

SourceName = Literal["customers", "usage", "tickets", "purchases", "surveys", "mentions", "milestones", "offers"]
SourceQuery = Annotated[SourceName | SkipJsonSchema[None], Query(description="Of one source alone.")]
BeforeQuery = Annotated[GivenMoment | SkipJsonSchema[None], Query(description="What happened before this moment, with a zone.")]
LimitQuery = Annotated[int, Query(ge=1, le=1000, description="So many touchpoints at most.")]
CursorQuery = Annotated[
    str | SkipJsonSchema[None],
    Query(min_length=1, max_length=400, description="`next_cursor` of the page before, all else being the same."),
]


class FactSchema(Answer):
    """One known field of a touchpoint: a text or a number."""

    model_config = ConfigDict(title="Fact", extra="forbid")

    name: str = Field(description="The column of the source.")
    text: str | SkipJsonSchema[None] = absent(description="Its text; a moment in ISO 8601, a list with commas, true or false.")
    number: float | SkipJsonSchema[None] = absent(description="Its number.")


class TouchpointSchema(Answer):
    """One thing that happened, as far as it is known now."""

    model_config = ConfigDict(title="Touchpoint", extra="forbid")

    at: Moment = Field(description="When it happened.")
    source: SourceName = Field(description="The source whose row it is.")
    id: str = Field(description="The id of the row.")
    known_at: Moment = Field(description="Since when it is known as told here.")
    title: str | SkipJsonSchema[None] = absent(description="The field that says most.")
    facts: list[FactSchema] = Field(description="Every other field that is known.")


class TimelineSchema(Answer):
    """A page of touchpoints, the newest first."""

    model_config = ConfigDict(title="Timeline", extra="forbid")

    customer_id: str = Field(description="Your id of the customer.")
    as_of: Moment = Field(description="What was known before this moment is told.")
    request_id: str = Field(description="The number of this request.")
    items: list[TouchpointSchema] = Field(description="The newest first.")
    next_cursor: str | SkipJsonSchema[None] = absent(description="Where the next page begins; absent on the last.")
