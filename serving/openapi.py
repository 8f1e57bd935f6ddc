"""How is the API described: OpenAPI 3.1 from the routes themselves, with keys, scopes and problems as they are."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from serving.describing.glossary import explained
from serving.door.access import ANYBODY, Access, access
from serving.door.media import JSON
from serving.door.problems import MEDIA_TYPE
from serving.door.route import Call

OPENAPI = "/openapi.json"
KEY_SCHEME = "apiKey"

_SCHEME = {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer <key>`, made by `lifecycle keys create`."}
_LEAST_REFUSAL = 400


@access(ANYBODY)
async def openapi_document(call: Call) -> Response:
    """Return this description; it holds nothing that is not in the source."""
    return Response(msgspec.json.encode(call.app.openapi()), media_type=JSON)


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {KEY_SCHEME: _SCHEME}
    parts["schemas"] = explained(parts["schemas"])
    for operations in document["paths"].values():
        for operation in operations.values():
            _say_problems(operation)
    return document


def security(declared: Access) -> dict[str, Any]:
    """Return what the document says about who may make a call."""
    if declared.scope is None:
        return {"security": []}
    return {"security": [{KEY_SCHEME: []}], "x-lifecycle-scope": declared.scope, "x-lifecycle-roles": sorted(declared.roles)}


def _say_problems(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        for each in content.values():
            each["schema"] = each.get("schema") or {"type": "object", "description": "A JSON document."}
        if int(status) >= _LEAST_REFUSAL and content and "ReadySchema" not in str(content):
            (schema,) = content.values()
            response["content"] = {MEDIA_TYPE: schema}
