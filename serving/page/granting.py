"""An agent gives something back: taken from the budget once, however often the form is sent; or refused, with whom to ask."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec
from babel.numbers import NumberFormatError, parse_decimal
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from features.errors import LifecycleError
from serving.answering.customer_id import CustomerId
from serving.api.asked import Asked, ask, found_in
from serving.database.audit import record_in
from serving.database.idempotency import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RepeatableRequest,
    StoredAnswer,
    digest_of_request,
    remember,
    remembered,
)
from serving.database.offered.recoveries import hold_budget
from serving.database.transactions import writing
from serving.door.access import DECIDE, access
from serving.door.media import JSON
from serving.door.problems import RequestInvalid
from serving.door.route import Call
from serving.front_line.recovering import Claim, OverLimit
from serving.front_line.schemas import MOST_GRANTED
from serving.page.customer import Wanted, customer_view
from serving.page.frame.forms import form_of
from serving.page.frame.names import said
from serving.page.frame.shell import wording_for
from serving.page.frame.wording import N_, Wording
from serving.page.offering.recovery import BOUNDS, claim_of

RECOVERIES = "/page/customers/{customer_id}/recoveries"

_AMOUNT = re.compile(r"[\d.,\s]{1,20}")  # how its parts are put together, the locale says
_NO_AMOUNT = N_("Nothing was given: say an amount above zero, with at most two decimals.")
_SENT_TWICE = N_("Nothing more was given: this form was used before, for another amount. Below is what may be given now.")
_OVER = N_("Nothing was given. At most %(limit)s may be given now.")
_ASK = N_("This amount may be given by: %(role)s. Ask there.")
_NOBODY = N_("Nobody may give this amount now.")


@access(DECIDE)
async def grant_recovery(call: Call, customer_id: CustomerId) -> Response:
    """Give an amount back for a complaint."""
    fields, say, asked = await form_of(call), wording_for(call), ask(call)
    complaint, amount = fields.get("complaint", ""), amount_of(fields.get("amount", ""), say)
    if amount is None:
        return await customer_view(call, customer_id, Wanted(complaint=complaint, not_given=say.text(_NO_AMOUNT), status=422))
    try:
        await asyncio.to_thread(_grant, call, asked, customer_id, fields, amount)
    except (OverLimit, IdempotencyKeyReused) as refusal:
        call.service.reads.note(call.exchange, [customer_id], route=RECOVERIES, status=refusal.status, scope="decide")
        why = _over(refusal, amount, asked, say) if isinstance(refusal, OverLimit) else say.text(_SENT_TWICE)
        return await customer_view(call, customer_id, Wanted(complaint=complaint, not_given=why, status=409))
    except LifecycleError as refusal:
        call.service.reads.note(call.exchange, [customer_id], route=RECOVERIES, status=refusal.status, scope="decide")
        raise
    return RedirectResponse(f"/page/customers/{customer_id}?complaint={quote(complaint)}", 303)


def amount_of(text: str, say: Wording) -> float | None:
    """Return an amount as the reader writes it; None where it is none that may be given.

    >>> from serving.page.frame.wording import wording_of
    >>> amount_of("12.50", wording_of("en")), amount_of("12,50", wording_of("pl")), amount_of("1,2,3", wording_of("en"))
    (12.5, 12.5, None)
    >>> amount_of("0", wording_of("en")), amount_of("1.234", wording_of("en")), amount_of("NaN", wording_of("en"))
    (None, None, None)
    """
    if not _AMOUNT.fullmatch(text.strip()):
        return None
    try:
        found = parse_decimal(text.strip(), locale=say.locale, strict=True)
    except NumberFormatError:
        return None
    is_amount = 0 < found <= MOST_GRANTED and found == round(found, 2)
    return float(found) if is_amount else None


def _grant(call: Call, asked: Asked, customer_id: str, fields: Mapping[str, str], amount: float) -> None:
    claim = claim_of(call, asked, found_in(asked.state, customer_id), fields.get("complaint", ""))
    request = _once(call, claim, fields.get("once", ""), amount)
    with writing(call.service.engine) as connection:
        hold_budget(connection)
        if remembered(connection, request, now=claim.now) is None:
            _granted(call, connection, request, claim=claim, amount=amount)


def _once(call: Call, claim: Claim, token: str, amount: float) -> RepeatableRequest:
    digest = digest_of_request(claim.customer_id, f"{claim.complaint} {amount:.2f}".encode())
    try:
        return RepeatableRequest(call.exchange.key_id or "", RECOVERIES, token, digest)
    except IdempotencyKeyInvalid:
        raise RequestInvalid("Needed a form of the page, which carries what makes it count once.") from None


def _granted(call: Call, connection: Connection, request: RepeatableRequest, *, claim: Claim, amount: float) -> None:
    key_id, number = call.exchange.key_id or "", call.exchange.request_id
    answer = claim.granted(connection, amount, key_id=key_id, request_id=number)
    audit = call.service.reads.entry(call.exchange, claim.customer_id, route=RECOVERIES, scope="decide")
    record_in(connection, [audit])
    remember(connection, request, StoredAnswer(200, JSON, msgspec.json.encode(answer), audit.subject))


def _over(refusal: OverLimit, amount: float, asked: Asked, say: Wording) -> str:
    recovery, binding = asked.state.company.recovery, refusal.found.binding.name
    days = recovery.budget_days if binding == "budget" else recovery.safety_days
    limit = say.money(refusal.found.limit, asked.state.company.currency, exact=True)
    role = refusal.found.whom_to_ask(amount)
    sentences = (
        (_OVER, {"limit": limit}),
        (BOUNDS[binding], {"days": days}),
        (_ASK if role else _NOBODY, {"role": said(role or "", say)}),
    )
    return " ".join(say.text(text, **values) for text, values in sentences)
