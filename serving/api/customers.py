"""What is known about one customer, in one call."""

from __future__ import annotations

from starlette.responses import Response

from serving.answers import customer_answer
from serving.api.asked import ask, reply
from serving.door.access import READ, access
from serving.door.problems import UnknownCustomer
from serving.door.route import Call
from serving.schemas import CustomerId

CUSTOMER = "/v1/customers/{customer_id}"


@access(READ)
async def get_customer(call: Call, customer_id: CustomerId) -> Response:
    """Everything a CRM card needs about one customer: the chance to leave per horizon, and the versions it comes from."""
    asked = ask(call)
    answer = customer_answer(asked.state, customer_id, request_id=call.exchange.request_id, held=asked.standing)
    status = 404 if answer is None else 200
    call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER, status=status)
    if answer is None:
        raise UnknownCustomer("The live snapshot holds no customer of that id.")
    return reply(answer, asked.state)
