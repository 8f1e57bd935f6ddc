"""The manager's view: how each stage does against its limits, how customers move, and whether models and decisions hold."""

from __future__ import annotations

from starlette.responses import Response

from serving.door.access import MANAGE, access
from serving.door.route import Call
from serving.page.shell import page

MANAGER = "/page/manager"


@access(MANAGE)
async def manager_page(call: Call) -> Response:
    """Show how the stages, the models and the decisions do."""
    return page(call, "manager.html")
