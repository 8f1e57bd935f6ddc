"""What is known about one customer, in one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from serving.answering.answers import Said, customer_answer
from serving.answering.customer_id import CustomerId
from serving.answering.evidence import stage_evidence
from serving.api.asked import Asked, Reply, ask, encode
from serving.door.access import READ, access
from serving.door.route import Call
from serving.live.ready import ReadyAnswer
from serving.live.state import Found

CUSTOMER = "/v1/customers/{customer_id}"


ReasonsQuery = Annotated[bool, Query(description="Compute what speaks for the stage, and the reasons where none are stored.")]


@access(READ)
async def get_customer(call: Call, customer_id: CustomerId, reasons: ReasonsQuery = False) -> Response:
    """Everything a CRM card needs about one customer: stage, chance to leave, value, health, next purchase and alerts."""
    asked = ask(call)
    ready = None if reasons else asked.state.ready(customer_id, asked.standing)
    if ready is None:
        ready = await _answered(asked, customer_id, reasons=reasons)
    call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER)
    call.service.metrics.answers.churn(ready.counted)
    return Reply(ready.content(call.exchange.request_id), asked.state)


async def _answered(asked: Asked, customer_id: str, *, reasons: bool) -> ReadyAnswer:
    """Return the answer, made now; it is kept where it comes from the snapshot alone."""
    found, request_id = asked.find(customer_id, route=CUSTOMER), asked.call.exchange.request_id
    said = await _explained(asked, found) if reasons else Said(found)
    answer = customer_answer(asked.state, said, request_id=request_id, held=asked.standing)
    ready = ReadyAnswer.cut(encode(answer), request_id, held=asked.standing, counted=answer.churn)
    if not reasons and not found.is_fresh:
        asked.state.answers.keep(customer_id, ready)
    return ready


async def _explained(asked: Asked, found: Found) -> Said:
    state, places = asked.state, asked.state.places.stage
    why = await asked.call.service.reasoner.reasons(state, found)
    return Said(found, why, stage_evidence(state, found, places) if places else ())
