"""One customer at a glance: where they stand, what happened, what to offer, what may be given back."""

from __future__ import annotations

from starlette.responses import Response

from serving.answering.schemas import CustomerId
from serving.api.asked import ask
from serving.door.access import READ, access
from serving.door.route import Call
from serving.page.shell import page

CUSTOMER = "/page/customers/{customer_id}"


@access(READ)
async def customer_page(call: Call, customer_id: CustomerId) -> Response:
    """Show everything an agent needs about one customer."""
    asked = ask(call)
    found = asked.find(customer_id, route=CUSTOMER)
    call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER)
    return page(call, "customer.html", customer_id=found.customer_id)
