"""The few files of ours that the page is made of beside its text: styles, and one script."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from features.errors import NotFound
from serving.door.access import ANYBODY, access
from serving.door.problems import ForCallers
from serving.door.route import Call

STATIC_FILE = "/page/static/{file}"

_CSS = "text/css"
_KINDS = {
    "page.css": _CSS,
    "work_list.css": _CSS,
    "customer.css": _CSS,
    "offers.css": _CSS,
    "manager.css": _CSS,
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_KEPT = "public, max-age=31536000, immutable"  # its address changes with its content


class NoSuchFile(ForCallers, NotFound):
    """The page has no such file."""

    problem = "not-found"


@access(ANYBODY)
async def static_file(
    call: Call, file: Annotated[str, Path(max_length=40)], v: Annotated[str, Query(max_length=12)] = ""
) -> Response:
    """Return one of the files of the page."""
    del call, v
    if file not in _KINDS:
        raise NoSuchFile("The page has no such file.")
    return Response(_content(file), media_type=_KINDS[file], headers={"cache-control": _KEPT})


@cache
def _content(name: str) -> bytes:
    return (resources.files("serving.page") / "static" / name).read_bytes()
