"""The work list: whom to care for now, and why they stand where they stand."""

from __future__ import annotations

from starlette.responses import Response

from serving.door.access import READ, access
from serving.door.route import Call
from serving.page.shell import page

WORK_LIST = "/page/"


@access(READ)
async def work_list_page(call: Call) -> Response:
    """Show the customers to care for now."""
    return page(call, "work_list.html")
