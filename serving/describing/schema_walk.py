"""Where do schemas stand in an OpenAPI document: each of them changed by one rule, the rest of the document as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Schema], Schema]

_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not")
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})


def changed_schemas(document: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Return the document with every schema in it changed, the inner ones before those around them."""

    def visited(node: Any) -> Any:
        if isinstance(node, Mapping):
            return {key: changed_schema(value, change) if key == "schema" else visited(value) for key, value in node.items()}
        return [visited(each) for each in node] if isinstance(node, list) else node

    schemas = document.get("components", {}).get("schemas", {})
    named = {name: changed_schema(schema, change) for name, schema in schemas.items()}
    done: dict[str, Any] = visited(document)
    return {**done, "components": {**document.get("components", {}), "schemas": named}}


def changed_schema(schema: Schema, change: Change) -> Schema:
    """Return one schema changed, and all below it.

    >>> changed_schema({"type": "array", "items": {"const": 1}}, lambda found: {"enum": [1]} if "const" in found else found)
    {'type': 'array', 'items': {'enum': [1]}}
    """
    inner = dict(schema)
    for key in _ONE:
        if isinstance(schema.get(key), dict):
            inner[key] = changed_schema(schema[key], change)
    for key in _MANY:
        if key in schema:
            inner[key] = [changed_schema(each, change) for each in schema[key]]
    if "properties" in schema:
        inner["properties"] = {name: changed_schema(each, change) for name, each in schema["properties"].items()}
    return change(inner)


def operations(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of a document, in its order."""
    return [each for path in document["paths"].values() for method, each in path.items() if method in _METHODS]
