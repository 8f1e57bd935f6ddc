"""What would be predicted for a customer if some of their features were different."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from serving.answering.customer_id import CustomerId
from serving.api.asked import ask, reply
from serving.door.access import SUPPOSE, access
from serving.door.route import Call
from serving.what_if.answering import PARTS, Supposing, Wanted
from serving.what_if.answers import WhatIf
from serving.what_if.schemas import WhatIfRequest

WHAT_IF = "/v1/customers/{customer_id}/what-if"


@access(SUPPOSE)
async def create_what_if(call: Call, customer_id: CustomerId, body: WhatIfRequest) -> Response:
    """Predict for this customer with other numbers for some features, up to a full record; nothing is recorded of it."""
    asked = ask(call)
    found = asked.find(customer_id, route=WHAT_IF)
    benches = call.service.benches
    bench = benches.ready(asked.state)
    if bench is None:  # this is the first what-if about the live state
        bench = await asyncio.to_thread(benches.of, asked.state)
    supposing = Supposing(asked.state, bench, found, bench.declared.supposed(body.given(), body.unknown))
    wanted = Wanted(frozenset(body.parts or PARTS), body.reasons)
    question = WhatIf(supposing, wanted, asked.standing)
    if wanted.is_quick:  # a thread would cost as much again
        answer = question.answer(call.exchange.request_id)
    else:
        answer = await asyncio.to_thread(question.answer, call.exchange.request_id)
    call.service.reads.note(call.exchange, [customer_id], route=WHAT_IF)
    return reply(answer, asked.state)
