"""What does the API look like in OpenAPI 2.0 ("Swagger"), all that Power Platform reads: the calls a CRM makes, in its words.

Health, metrics and pages are left out: no connector makes an action of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from serving.describing.schema_walk import Schema, changed_schema
from serving.describing.version_30 import as_openapi_30
from serving.door.media import JSON

_CALLS = "/v1/"
_OF_A_SCHEMA = "title", "description", "example"  # what a parameter of 2.0 says in other words, or not at all
_SECURITY = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "The word `Bearer`, a space, and the key that `lifecycle keys create` showed.",
}


def as_swagger_20(document: Mapping[str, Any], *, host: str, scheme: str = "https") -> dict[str, Any]:
    """Return an OpenAPI 3.1 document as 2.0; `host` is where the calls are made, with its port."""
    older = as_openapi_30(document)
    schemas = older["components"]["schemas"]
    return {
        "swagger": "2.0",
        "info": older["info"],
        "host": host,
        "basePath": "/",
        "schemes": [scheme],
        "consumes": [JSON],
        "produces": [JSON],
        "paths": {path: _calls(calls) for path, calls in older["paths"].items() if path.startswith(_CALLS)},
        "definitions": {name: changed_schema(schema, _in_20) for name, schema in schemas.items()},
        "securityDefinitions": dict.fromkeys(older["components"]["securitySchemes"], _SECURITY),
    }


def label(name: str) -> str:
    """Return the label a person sees for a name of ours.

    >>> label("getRecoveryLimit"), label("customer_id"), label("Idempotency-Key"), label("createWhatIf")
    ('Get recovery limit', 'Customer id', 'Idempotency key', 'Create what if')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]", " ", name).lower()
    return words[:1].upper() + words[1:]


def _calls(calls: Mapping[str, Any]) -> dict[str, Any]:
    return {method: _operation(operation) for method, operation in calls.items()}


def _operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    done = {key: value for key, value in operation.items() if key not in ("requestBody", "parameters", "responses")}
    done["summary"] = label(operation["operationId"])
    done["parameters"] = [_parameter(each) for each in operation.get("parameters", [])]
    if "requestBody" in operation:
        body = operation["requestBody"]
        done["parameters"].append(_body(body))
        done["consumes"] = list(body["content"])
    done["produces"] = _media_types(operation["responses"])
    done["responses"] = {status: _response(each) for status, each in operation["responses"].items()}
    return done


def _media_types(responses: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(kind for response in responses.values() for kind in response.get("content", {}))) or [JSON]


def _body(body: Mapping[str, Any]) -> dict[str, Any]:
    said = body.get("description", "What is asked or told.")
    schema = _schema_of(body["content"])
    return {
        "name": "body",
        "in": "body",
        "required": body.get("required", False),
        "description": said,
        "x-ms-summary": "Body",
        "schema": schema,
    }


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = changed_schema(parameter["schema"], _in_20)
    said = parameter.get("description") or schema.get("description", "")
    flat = {key: value for key, value in schema.items() if key not in _OF_A_SCHEMA}
    plain = {key: parameter[key] for key in ("name", "in", "required") if key in parameter}
    listed = {"collectionFormat": "multi"} if schema.get("type") == "array" else {}
    return {**plain, "description": said, "x-ms-summary": label(parameter["name"]), **flat, **listed}


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": response["description"]}
    if response.get("content"):
        done["schema"] = _schema_of(response["content"])
    if "headers" in response:
        done["headers"] = {name: _header(each) for name, each in response["headers"].items()}
    return done


def _header(header: Mapping[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in header["schema"].items() if key not in _OF_A_SCHEMA}
    return {**flat, "description": header.get("description", "")}


def _schema_of(content: Mapping[str, Any]) -> Schema:
    """Return the schema of the JSON where there is any; a file has none in 2.0."""
    described = [each["schema"] for kind, each in content.items() if kind.endswith("json") and "schema" in each]
    return changed_schema(described[0], _in_20) if described else {"type": "file"}


def _in_20(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/definitions/")}
    older = {("x-nullable" if key == "nullable" else key): value for key, value in schema.items()}
    if "properties" in older:
        older["properties"] = {name: _labelled(name, each) for name, each in older["properties"].items()}
    return older


def _labelled(name: str, schema: Schema) -> Schema:
    return schema if "$ref" in schema else {**schema, "x-ms-summary": label(name)}
