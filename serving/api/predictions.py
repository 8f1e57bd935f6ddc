"""Predictions for many customers in one call."""

from __future__ import annotations

from starlette.responses import Response

from serving.answering.answers import predictions_answer
from serving.answering.customer_id import is_customer_id
from serving.answering.schemas import PredictionsRequest
from serving.api.asked import ask, reply
from serving.door.access import READ, access
from serving.door.route import Call

PREDICTIONS = "/v1/predictions"


@access(READ)
async def create_predictions(call: Call, body: PredictionsRequest) -> Response:
    """Predictions for up to 1,000 ids, in their order; an id that is unknown or malformed fails alone."""
    asked = ask(call)
    answer = predictions_answer(asked.state, body.customer_ids, request_id=call.exchange.request_id, held=asked.standing)
    subjects = [customer_id for customer_id in dict.fromkeys(body.customer_ids) if is_customer_id(customer_id)]
    call.service.reads.note(call.exchange, subjects, route=PREDICTIONS)
    return reply(answer, asked.state)
