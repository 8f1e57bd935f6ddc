"""What is known about one customer, in one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from serving.answering.answers import Said, customer_answer
from serving.answering.schemas import CustomerId
from serving.api.asked import ask, reply
from serving.door.access import READ, access
from serving.door.route import Call

CUSTOMER = "/v1/customers/{customer_id}"


ReasonsQuery = Annotated[bool, Query(description="Compute the reasons of this customer, where none are stored.")]


@access(READ)
async def get_customer(call: Call, customer_id: CustomerId, reasons: ReasonsQuery = False) -> Response:
    """Everything a CRM card needs about one customer: stage, chance to leave, value, health, next purchase and alerts."""
    asked = ask(call)
    found = asked.find(customer_id, route=CUSTOMER)
    said = Said(found, await call.service.reasoner.reasons(asked.state, found) if reasons else None)
    answer = customer_answer(asked.state, said, request_id=call.exchange.request_id, held=asked.standing)
    call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER)
    call.service.metrics.answers.churn(answer.churn)
    return reply(answer, asked.state)
