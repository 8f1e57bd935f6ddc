"""The calls that give the description in older versions, for importers that do not read OpenAPI 3.1."""

from __future__ import annotations

import re

import msgspec
from starlette.responses import Response

from serving.describing.version_20 import as_swagger_20
from serving.describing.version_30 import as_openapi_30
from serving.door.access import ANYBODY, access
from serving.door.exchange import header
from serving.door.media import JSON
from serving.door.route import Call

OPENAPI_30 = "/openapi-3.0.json"
SWAGGER_20 = "/openapi-2.0.json"
EXAMPLE_HOST = "lifecycle.example.com"

_is_host = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?").fullmatch
_HERE = ("127.0.0.1", "localhost")


@access(ANYBODY)
async def openapi_30(call: Call) -> Response:
    """Return the description in OpenAPI 3.0, which Salesforce reads."""
    return Response(msgspec.json.encode(as_openapi_30(call.app.openapi())), media_type=JSON)


@access(ANYBODY)
async def swagger_20(call: Call) -> Response:
    """Return the description in OpenAPI 2.0, which Power Platform reads, with the host it was asked of."""
    given = header(call.scope, b"host") or ""
    host = given if _is_host(given) else EXAMPLE_HOST
    scheme = "http" if host.partition(":")[0] in _HERE else "https"
    return Response(msgspec.json.encode(as_swagger_20(call.app.openapi(), host=host, scheme=scheme)), media_type=JSON)
