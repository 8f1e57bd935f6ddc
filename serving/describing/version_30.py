"""What does the API look like in OpenAPI 3.0, which more importers read than 3.1: the same calls in older words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.describing.schema_walk import Schema, changed_schemas

_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_NULL = {"type": "null"}


def as_openapi_30(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document as 3.0.3."""
    return {**changed_schemas(document, in_30), "openapi": "3.0.3"}


def in_30(schema: Schema) -> Schema:
    """Return one schema of 3.1 in the words of 3.0.

    >>> in_30({"const": "offer"}), in_30({"exclusiveMinimum": 0, "type": "number"})
    ({'enum': ['offer']}, {'exclusiveMinimum': True, 'type': 'number', 'minimum': 0})
    >>> in_30({"type": ["string", "null"], "examples": ["c1"]})
    {'type': 'string', 'nullable': True, 'example': 'c1'}
    >>> in_30({"$ref": "#/components/schemas/A", "description": "3.0 overlooks what stands beside a reference."})
    {'$ref': '#/components/schemas/A'}
    """
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    older = _without_null(schema)
    if "const" in older:
        older["enum"] = [older.pop("const")]
    if older.get("examples"):
        older["example"] = older.pop("examples")[0]
    if older.pop("contentMediaType", None):
        older["format"] = "binary"
    for exclusive, plain in _BOUNDS:
        if exclusive in older and not isinstance(older[exclusive], bool):
            older |= {plain: older[exclusive], exclusive: True}
    return older


def _without_null(schema: Schema) -> Schema:
    """Return the schema with null said by `nullable`, wherever 3.1 says it as a type of its own."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        (kind,) = [each for each in kinds if each != "null"]
        return {**schema, "type": kind, "nullable": True}
    choices = schema.get("anyOf", [])
    if _NULL not in choices:
        return dict(schema)
    others = [each for each in choices if each != _NULL]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    said = {"allOf": others} if "$ref" in others[0] else others[0]
    return {**rest, **(said if len(others) == 1 else {"anyOf": others}), "nullable": True}
