"""How much may be given back to this customer now, and giving it: the budget is reserved in one transaction."""

from __future__ import annotations

import asyncio

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from features.errors import LifecycleError
from models.decision.recovery import Grantor
from serving.answering.customer_id import CustomerId
from serving.api.asked import ask, found_in, reply
from serving.api.repeats import once, sent
from serving.database import reading
from serving.database.audit import record_in
from serving.database.idempotency import StoredAnswer
from serving.database.offered.recoveries import hold_budget
from serving.door.access import DECIDE, access
from serving.door.media import JSON
from serving.door.problems import FieldError, RequestInvalid
from serving.door.route import Call
from serving.front_line.recovering import Claim, LimitAnswer
from serving.front_line.schemas import AgentQuery, ComplaintQuery, RecoveryRequest, RoleQuery

LIMIT = "/v1/customers/{customer_id}/recovery-limit"
RECOVERIES = "/v1/customers/{customer_id}/recoveries"


@access(DECIDE)
async def get_recovery_limit(
    call: Call,
    customer_id: CustomerId,
    *,
    complaint: ComplaintQuery,
    agent_id: AgentQuery = None,
    role: RoleQuery = None,
) -> Response:
    """How much this agent may give this customer back for this complaint now: every bound, and who may grant more."""
    agent_id = call.agent(agent_id)
    try:
        claim = _claim(call, customer_id, complaint, agent_id=agent_id, role=role)
        found = await asyncio.to_thread(_limit, call, claim, agent_id)
    except LifecycleError as refusal:
        call.service.reads.note(call.exchange, [customer_id], route=LIMIT, status=refusal.status, scope="decide")
        raise
    call.service.reads.note(call.exchange, [customer_id], route=LIMIT, scope="decide")
    return reply(found, claim.state)


@access(DECIDE)
async def create_recovery(call: Call, customer_id: CustomerId, body: RecoveryRequest) -> Response:
    """Give an amount back: it is taken from the budget, or refused with the limit, the bound that binds and whom to ask."""
    try:
        return sent(await asyncio.to_thread(_grant, call, customer_id, body))
    except LifecycleError as refusal:
        call.service.reads.note(call.exchange, [customer_id], route=RECOVERIES, status=refusal.status, scope="decide")
        raise


def _claim(call: Call, customer_id: str, complaint: str, *, agent_id: str | None, role: str | None) -> Claim:
    asked = ask(call)
    found = found_in(asked.state, customer_id)
    grantor = Grantor(agent_id or f"key:{call.exchange.key_id}", role)
    return Claim(found, complaint, grantor, asked.state, asked.standing, call.service.clock())


def _limit(call: Call, claim: Claim, agent_id: str | None) -> LimitAnswer:
    with reading(call.service.engine) as connection:
        found = claim.limit(connection)
    return claim.told(found, request_id=call.exchange.request_id, agent_id=agent_id)


def _grant(call: Call, customer_id: str, body: RecoveryRequest) -> StoredAnswer:
    if round(body.amount * 100) / 100 != body.amount:
        raise RequestInvalid("An amount has whole hundredths.", [FieldError("/amount", "Needed at most two decimals.")])
    claim = _claim(call, customer_id, body.complaint, agent_id=call.agent(body.agent_id), role=body.role)

    def grant_it(connection: Connection) -> StoredAnswer:
        hold_budget(connection)
        key_id = call.exchange.key_id or ""
        answer = claim.granted(connection, body.amount, key_id=key_id, request_id=call.exchange.request_id)
        audit = call.service.reads.entry(call.exchange, claim.customer_id, route=RECOVERIES, scope="decide")
        record_in(connection, [audit])
        return StoredAnswer(200, JSON, msgspec.json.encode(answer), audit.subject)

    return once(call, RECOVERIES, grant_it)
