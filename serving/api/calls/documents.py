"""The calls that describe the service, to people and to CRM importers."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from serving.api import key
from serving.api.calls.declared import DeclaredCall
from serving.describing import pages, renderings

DOCUMENTS: tuple[DeclaredCall, ...] = (
    DeclaredCall("GET", renderings.OPENAPI_30, renderings.openapi_30, "getOpenapi30", None),
    DeclaredCall("GET", renderings.SWAGGER_20, renderings.swagger_20, "getSwagger20", None),
    DeclaredCall("GET", pages.DOCS, pages.docs_page, "getDocsPage", None, form=HTMLResponse),
    DeclaredCall("GET", key.KEY, key.get_key, "getKey", key.KeySchema, (401, 403, 429, 503)),
    DeclaredCall("GET", pages.DOCS_FILE, pages.docs_file, "getDocsFile", None, (404, 422), Response),
)
