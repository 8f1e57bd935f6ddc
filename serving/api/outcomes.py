"""What became of an offer: shown, skipped, accepted, declined, fulfilled, reversed; what contradicts is refused and not kept."""

from __future__ import annotations

import asyncio

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from features.errors import LifecycleError
from features.times import to_timestamp
from serving.api.repeats import once, sent
from serving.database.audit import record_in
from serving.database.idempotency import StoredAnswer
from serving.deciding.hearing import Heard, Message, Teller, heard, outcome_answer
from serving.deciding.schemas import DecisionId, OutcomeRequest
from serving.door.access import DECIDE, access
from serving.door.media import JSON
from serving.door.route import Call

OUTCOMES = "/v1/decisions/{decision_id}/outcomes"


@access(DECIDE)
async def create_outcome(call: Call, decision_id: DecisionId, body: OutcomeRequest) -> Response:
    """Say what became of an offer of a decision; said again it changes nothing, and what contradicts it is refused."""
    try:
        return sent(await asyncio.to_thread(_told, call, decision_id, body))
    except LifecycleError as refusal:
        entry = call.service.reads.entry(call.exchange, None, route=OUTCOMES, status=refusal.status, scope="decide")
        call.service.reads.leave([entry])
        raise


def _told(call: Call, decision_id: str, body: OutcomeRequest) -> StoredAnswer:
    def hear_it(connection: Connection) -> StoredAnswer:
        told = _hear(call, connection, decision_id=decision_id, body=body)
        audit = call.service.reads.entry(call.exchange, told.about.customer_id, route=OUTCOMES, scope="decide")
        record_in(connection, [audit])
        answer = outcome_answer(told, request_id=call.exchange.request_id)
        return StoredAnswer(200, JSON, msgspec.json.encode(answer), audit.subject)

    return once(call, OUTCOMES, hear_it)


def _hear(call: Call, connection: Connection, *, decision_id: str, body: OutcomeRequest) -> Heard:
    at = None if body.at is None else to_timestamp(body.at)
    message = Message(body.offer_id, body.outcome, at, body.reason)
    return heard(
        connection, decision_id, message, teller=Teller(call.service.clock, call.agent(body.agent_id), call.exchange.key_id)
    )
