"""What to offer a customer now, and what was decided before: made once for all who ask, kept, and decided anew on demand."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from serving.answering.customer_id import CustomerId
from serving.api.asked import ask
from serving.api.repeats import repeatable, sent
from serving.database import reading
from serving.database.offered.decisions import decision_of
from serving.database.offered.exposures import suggestions_of
from serving.deciding.answers import Told, deciding_standing, decision_body
from serving.deciding.decider import DecisionQuestion
from serving.deciding.replays import replayed
from serving.deciding.schemas import DecisionId, DecisionRequest
from serving.deciding.windows import Standing, Wish
from serving.door.access import DECIDE, READ, access
from serving.door.media import JSON
from serving.door.problems import FieldError, RequestInvalid
from serving.door.route import Call
from serving.service import Service

DECISIONS = "/v1/customers/{customer_id}/decisions"
DECISION = "/v1/decisions/{decision_id}"

_NOTHING_SAID = DecisionRequest()


@access(DECIDE)
async def create_decision(call: Call, customer_id: CustomerId, body: DecisionRequest = _NOTHING_SAID) -> Response:
    """Decide what to offer this customer now: at most three offers with reasons and script, and why not the others.

    A request without a body asks the same as `{}`.
    """
    asked = ask(call)
    found = asked.find(customer_id, route=DECISIONS, scope="decide")
    if body.context is not None and body.context not in asked.state.company.contexts:
        known = ", ".join(asked.state.company.contexts) or "none"
        raise RequestInvalid("The company has no such occasion.", [FieldError("/context", f"Needed one of: {known}.")])
    wish = Wish(asked.state, found, body.context, call.agent(body.agent_id), call.exchange.key_id, body.language)
    told = Told(call.exchange.request_id, deciding_standing(asked.standing, asked.state.offering))
    audit = call.service.reads.entry(call.exchange, customer_id, route=DECISIONS, scope="decide")
    question = DecisionQuestion(wish, told, audit, repeatable(call, DECISIONS))
    return sent(await asyncio.wrap_future(call.service.decider.submit(question)))


@access(READ)
async def get_decision(
    call: Call,
    decision_id: DecisionId,
    replay: Annotated[bool, Query(description="Decide anew from what is stored, and say whether it agrees.")] = False,
) -> Response:
    """Show a decision as it was made, and how its offers have come on; with `replay` it is decided anew and compared."""
    asked = ask(call)
    standing = await asyncio.to_thread(_kept, call.service, decision_id)
    told = Told(call.exchange.request_id, deciding_standing(asked.standing, asked.state.offering))
    said: dict[str, Any] = dict(standing.said)
    if replay:
        said["replay"] = await asyncio.to_thread(replayed, call.service.settings.home, standing.kept)
    call.service.reads.note(call.exchange, [standing.kept.customer_id], route=DECISION)
    return Response(decision_body(standing.kept, said, standing.suggestions, told=told), media_type=JSON)


def _kept(service: Service, decision_id: str) -> Standing:
    with reading(service.engine) as connection:
        return Standing(decision_of(connection, decision_id), suggestions_of(connection, [decision_id])[decision_id])
