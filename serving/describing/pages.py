"""The page to read the API and try it on, from files of this machine alone: nothing is loaded from elsewhere.

The installed Swagger UI reads OpenAPI up to 3.0, so that is what it is given.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, TypeAlias

from fastapi import Path
from starlette.responses import Response

from features.errors import NotFound
from serving.door.access import ANYBODY, access
from serving.door.problems import ForCallers
from serving.door.route import Call

DOCS = "/docs"
DOCS_FILE = "/docs/{file}"

# `style-src` with inline styles: Swagger UI sets them itself, and a style cannot act.
_ONLY_FROM_HERE = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_OURS = {"start.js": "text/javascript", "page.css": "text/css"}
_THEIRS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon-32x32.png": "image/png"}

FileName: TypeAlias = Annotated[
    str, Path(pattern=r"^[a-z0-9.-]{1,40}$", description="A file of the page.", examples=["start.js"])
]


class NoSuchPage(ForCallers, NotFound):
    """A file that does not belong to the page."""

    problem = "not-found"


@access(ANYBODY)
async def docs_page(call: Call) -> Response:
    """Show every call, and let it be tried with a key."""
    del call
    return _answer(_content("page.html"), "text/html")


@access(ANYBODY)
async def docs_file(call: Call, file: FileName) -> Response:
    """Return one of the few files the page is made of."""
    del call
    kind = _OURS.get(file) or _THEIRS.get(file)
    if kind is None:
        raise NoSuchPage("The page has no such file.")
    return _answer(_content(file), kind)


def _answer(content: bytes, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-security-policy": _ONLY_FROM_HERE})


@cache
def _content(name: str) -> bytes:
    if name in _THEIRS:
        return _swagger_ui().joinpath(name).read_bytes()
    return (resources.files("serving.describing") / "static" / name).read_bytes()


@cache
def _swagger_ui() -> Traversable:
    """Return the folder of the installed Swagger UI, whose name holds its version."""
    (folder,) = (resources.files("swagger_ui_bundle") / "vendor").iterdir()
    return folder
