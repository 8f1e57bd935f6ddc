"""What would be predicted for a customer if some of their features were different."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from serving.answering.schemas import CustomerId
from serving.api.asked import Asked, ask, reply
from serving.door.access import SUPPOSE, access
from serving.door.problems import UnknownCustomer
from serving.door.route import Call
from serving.live.state import Found
from serving.what_if.answering import PARTS, Supposing, Wanted
from serving.what_if.answers import WhatIf
from serving.what_if.schemas import WhatIfRequest

WHAT_IF = "/v1/customers/{customer_id}/what-if"


@access(SUPPOSE)
async def create_what_if(call: Call, customer_id: CustomerId, body: WhatIfRequest) -> Response:
    """Predict for this customer with other numbers for some features, up to a full record; nothing is recorded of it."""
    asked = ask(call)
    found = _found(call, asked, customer_id)
    benches = call.service.benches
    bench = benches.ready(asked.state)
    if bench is None:  # the first what-if about this live state opens its models
        bench = await asyncio.to_thread(benches.of, asked.state)
    supposing = Supposing(bench, found, bench.declared.supposed(body.features, body.unknown))
    wanted = Wanted(frozenset(body.parts or PARTS), body.reasons)
    question = WhatIf(asked.state, supposing, wanted, asked.standing)
    answer = await asyncio.to_thread(question.answer, call.exchange.request_id)
    call.service.reads.note(call.exchange, [customer_id], route=WHAT_IF)
    return reply(answer, asked.state)


def _found(call: Call, asked: Asked, customer_id: str) -> Found:
    found = asked.state.find(customer_id)
    if found is None:
        call.service.reads.note(call.exchange, [customer_id], route=WHAT_IF, status=404)
        raise UnknownCustomer("The live snapshot holds no customer of that id.")
    return found
