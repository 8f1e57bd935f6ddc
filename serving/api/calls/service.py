"""The calls that ask whether the service is there, and what it has counted."""

from __future__ import annotations

from starlette.responses import PlainTextResponse

from serving.api import health
from serving.api.calls.declared import DeclaredCall
from serving.openapi import OPENAPI, openapi_document
from serving.vitals import schemas

SERVICE: tuple[DeclaredCall, ...] = (
    DeclaredCall("GET", "/livez", health.livez, "getLiveness", schemas.AliveSchema),
    DeclaredCall("GET", "/readyz", health.readyz, "getReadiness", schemas.ReadySchema),
    DeclaredCall("GET", "/metrics", health.metrics, "getMetrics", None, (401, 403, 429, 503), PlainTextResponse),
    DeclaredCall("GET", OPENAPI, openapi_document, "getOpenapi", None),
)
