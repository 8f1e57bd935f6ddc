"""Where does this customer belong: which queue, for which skill, to whom, and what is promised."""

from __future__ import annotations

from starlette.responses import Response

from serving.answering.customer_id import CustomerId
from serving.api.asked import ask, reply
from serving.door.access import DECIDE, access
from serving.door.route import Call
from serving.front_line.routing import route_answer

ROUTE = "/v1/customers/{customer_id}/route"


@access(DECIDE)
async def get_route(call: Call, customer_id: CustomerId) -> Response:
    """Queue, skill, agents and promise for this customer from stage, value, risk and language, and why no queue before it."""
    asked = ask(call)
    found = asked.find(customer_id, route=ROUTE, scope="decide")
    answer = route_answer(asked.state, found, request_id=call.exchange.request_id, held=asked.standing)
    call.service.reads.note(call.exchange, [customer_id], route=ROUTE, scope="decide")
    return reply(answer, asked.state)
