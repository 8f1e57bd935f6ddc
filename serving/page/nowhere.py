"""What is said of an address of the page where nothing is, and where the address of a form leads: to its customer."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from features.errors import NotFound
from serving.answering.customer_id import CustomerId
from serving.door.access import ANYBODY, READ, access
from serving.door.problems import ForCallers
from serving.door.route import Call

ANYTHING_ELSE = "/page/{path:path}"


class NoSuchPage(ForCallers, NotFound):
    """No page has this address."""

    problem = "not-found"


@access(ANYBODY)
async def no_such_page(call: Call) -> Response:
    """Say that there is no such page, as a page."""
    del call
    raise NoSuchPage("There is no such page.")


@access(READ)
async def customer_again(call: Call, customer_id: CustomerId) -> Response:
    """Lead from the address of a form, which stays in the browser where something was refused, to the customer it is about."""
    del call
    return RedirectResponse(f"/page/customers/{customer_id}", 303)
