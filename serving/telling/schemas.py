"""What goes in and out of the telling of events, as the OpenAPI document describes it; `serving/answering/schemas.py` says how.

A row is described once for all sources: every member of any of them, typed, and said to which it belongs. So importers that know
no alternatives show each member as a field; each row is judged by the contract of its own source.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from features.contracts.schemas import LONGEST_LIST, LONGEST_TEXT
from features.contracts.sources import SOURCES, Column, Kind
from serving.answering.customer_id import CUSTOMER_ID
from serving.answering.words import Answer, Moment, absent
from serving.door.media import JSON, NDJSON
from serving.telling.faults import TYPES
from serving.telling.judging import MOST_ROWS, TOLD_SOURCES

_KINDS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}, "maxItems": LONGEST_LIST},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.TIME: {"type": "string", "format": "date-time"},
}


class RowErrorSchema(Answer):
    """One thing wrong in a row."""

    model_config = ConfigDict(title="RowError", extra="forbid")

    type: str = Field(description="What kind of fault, for programs.", json_schema_extra={"enum": list(TYPES)})
    pointer: str = Field(description="JSON Pointer into the row; empty where the row as a whole is meant.")
    detail: str = Field(description="What was needed; nothing of the row is repeated.")


class RowResultSchema(Answer):
    """What came of one row."""

    model_config = ConfigDict(title="RowResult", extra="forbid")

    index: int = Field(description="Its place in the request, from 0; empty lines do not count.")
    status: Literal["accepted", "rejected"] = Field(description="Accepted rows are on disk; rejected ones are not kept.")
    errors: list[RowErrorSchema] | SkipJsonSchema[None] = absent(description="Why it was rejected; ten at most.")


class EventsSchema(Answer):
    """What came of a delivery."""

    model_config = ConfigDict(title="EventResults", extra="forbid")

    request_id: str = Field(description="Number of the request that was answered first.")
    received_at: Moment = Field(description="From when on the first row is known that brought no `known_at`.")
    accepted: int = Field(description="How many rows were taken.")
    rejected: int = Field(description="How many were not; `results` say why.")
    results: list[RowResultSchema] = Field(description="One for each row, in their order.")


def events_body() -> dict[str, Any]:
    """Return how the document describes the body."""
    row = {"type": "object", "properties": _members(), "description": "One row; the contract of its source says which it needs."}
    source = {"type": "string", "enum": list(TOLD_SOURCES), "description": "Of which source the rows are."}
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ROWS, "description": "The rows, in their order."}
    members = {"source": source, "rows": rows}
    delivery = {"type": "object", "required": list(members), "properties": members, "additionalProperties": False}
    line = {"type": "string", "description": "A JSON object a line, with `source` beside the members of its row."}
    content = {JSON: {"schema": delivery}, NDJSON: {"schema": line}}
    return {"requestBody": {"required": True, "content": content}}


def _members() -> dict[str, Any]:
    columns: dict[str, list[tuple[str, Column]]] = {}
    for name in TOLD_SOURCES:
        for column in SOURCES[name].delivered:
            columns.setdefault(column.name, []).append((name, column))
    return {name: _member(declared) for name, declared in columns.items()}


def _member(declared: list[tuple[str, Column]]) -> dict[str, Any]:
    """Describe a member by its kind, and for each source that has it by its meaning there."""
    first = declared[0][1]
    meanings = dict.fromkeys(column.meaning + _choices(column) for _, column in declared)
    if first.name in ("customer_id", "known_at"):
        text = next(iter(meanings))
    else:
        text = "; ".join(f"{source}: {column.meaning}{_choices(column)}" for source, column in declared)
    pattern = {"pattern": CUSTOMER_ID} if first.name == "customer_id" else {}
    return {**_KINDS[first.kind], **pattern, "description": text}


def _choices(column: Column) -> str:
    return f" (one of {', '.join(column.choices)})" if column.choices else ""
