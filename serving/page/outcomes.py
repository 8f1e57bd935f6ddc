"""What an agent records of an offer: accepted, declined and why, skipped, made; or takes back. Once, however often sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from features.errors import LifecycleError
from features.times import Timestamp
from serving.answering.customer_id import CustomerId
from serving.database.audit import record_in
from serving.database.offered.words import Word
from serving.database.transactions import writing
from serving.deciding.hearing import Message, Teller
from serving.deciding.progress import OutcomeContradicts, Told
from serving.deciding.withdrawing import LaterWordStands, NotYourWord, TooLateToWithdraw, UnknownWord, withdrawn
from serving.door.access import DECIDE, access
from serving.door.problems import RequestInvalid
from serving.door.route import Call
from serving.page.customer import Wanted, customer_view
from serving.page.frame.forms import form_of
from serving.page.frame.shell import wording_for
from serving.page.frame.wording import N_, Wording, apart
from serving.page.offering.reasons import OTHER, REASONS
from serving.page.offering.telling import DecisionOver, ToldBefore, recorded
from serving.page.offering.withheld import STATES

OUTCOMES = "/page/customers/{customer_id}/outcomes"
UNDO = "/page/customers/{customer_id}/undo"

_RECORDABLE = frozenset({"shown", "skipped", "accepted", "declined"})
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_SECOND = N_("Nothing was recorded: %(who)s was faster. %(offer)s: %(state)s, recorded %(ago)s.")
_FIRST = N_("Nothing was recorded: you recorded something first. %(offer)s: %(state)s, recorded %(ago)s.")
_OVER = N_("Nothing was recorded: that suggestion was over. Below is what to offer now.")
_NO_REASON = N_("Nothing was recorded: choose why the customer declined, or say it in a few words (at most 200 characters).")
_NOT_TAKEN_BACK: Mapping[type[LifecycleError], str] = {
    TooLateToWithdraw: N_("It was not taken back: that is possible for a minute, which is over."),
    LaterWordStands: N_("It was not taken back: more was recorded about this offer since. Take that back first."),
    NotYourWord: N_("It was not taken back: somebody else recorded it, so only they can."),
    UnknownWord: N_("There is nothing to take back."),
}
_Done = TypeVar("_Done")


@access(DECIDE)
async def tell_outcome(call: Call, customer_id: CustomerId) -> Response:
    """Record what became of an offer, and show the customer again: what was decided anew, if it must be."""
    fields, say = await form_of(call), wording_for(call)
    message = _message(fields)
    if message is None:
        return await customer_view(call, customer_id, Wanted(notice=say.text(_NO_REASON), status=422))
    decision_id = fields.get("decision_id", "")

    def tell(connection: Connection, teller: Teller) -> object:
        return recorded(connection, customer_id, decision_id, message=message, teller=teller)

    try:
        await _done(call, customer_id, tell, route=OUTCOMES)
    except (ToldBefore, DecisionOver, OutcomeContradicts) as refusal:
        notice = _refused(refusal, call, say)
        return await customer_view(call, customer_id, Wanted(notice=notice, status=refusal.status))
    return _back_to(customer_id)


@access(DECIDE)
async def undo(call: Call, customer_id: CustomerId) -> Response:
    """Take back what the agent recorded less than a minute ago."""
    fields, say = await form_of(call), wording_for(call)
    number = int(fields["word"]) if re.fullmatch(r"\d{1,18}", fields.get("word", "")) else 0

    def take_back(connection: Connection, teller: Teller) -> object:
        word = withdrawn(connection, number, teller=teller)
        if word.customer_id != customer_id:  # the entry in the audit would name somebody else; nothing of it stays
            raise UnknownWord("Nothing that was told of this customer has this number.")
        return word

    try:
        await _done(call, customer_id, take_back, route=UNDO)
    except tuple(_NOT_TAKEN_BACK) as refusal:
        notice = say.text(_NOT_TAKEN_BACK[type(refusal)])
        return await customer_view(call, customer_id, Wanted(notice=notice, status=refusal.status))
    return _back_to(customer_id)


async def _done(call: Call, customer_id: str, act: Callable[[Connection, Teller], _Done], *, route: str) -> _Done:
    """Do it in one transaction with its entry in the audit; a refusal leaves its entry too."""
    reads, teller = call.service.reads, Teller(call.service.clock, call.agent(None), call.exchange.key_id)

    def work() -> _Done:
        with writing(call.service.engine) as connection:
            done = act(connection, teller)
            record_in(connection, [reads.entry(call.exchange, customer_id, route=route, scope="decide")])
            return done

    try:
        return await asyncio.to_thread(work)
    except LifecycleError as refusal:
        reads.note(call.exchange, [customer_id], route=route, status=refusal.status, scope="decide")
        raise


def _message(fields: Mapping[str, str]) -> Message | None:
    """Return what a form tells; None where an offer was declined and nothing says why.

    Raises
    ------
    RequestInvalid
        If it is no form of the page.
    """
    word = next((one for one in get_args(Told) if one == fields.get("outcome")), None)
    if word not in _RECORDABLE or word is None:
        raise RequestInvalid("Needed what became of the offer, as a form of the page says it.")
    reason = _reason(fields) if word == "declined" else None
    if word == "declined" and reason is None:
        return None
    return Message(fields.get("offer_id", ""), word, reason=reason)


def _reason(fields: Mapping[str, str]) -> str | None:
    code, text = fields.get("reason", ""), " ".join(fields.get("reason_text", "").split())
    if code in REASONS and code != OTHER:
        return code
    return text if _TEXT.fullmatch(text) else None


def _refused(refusal: LifecycleError, call: Call, say: Wording) -> str:
    if isinstance(refusal, ToldBefore):
        return _second(refusal.word, call, say, now=call.service.clock())
    return say.text(_OVER)


def _second(word: Word, call: Call, say: Wording, *, now: Timestamp) -> str:
    state = call.service.live.in_service().state
    offers = () if state is None else state.company.offers
    is_own = word.key_id == call.exchange.key_id
    return say.told(
        _FIRST if is_own else _SECOND,
        who=apart(word.agent_id or word.key_id or ""),
        offer=next((offer.name for offer in offers if offer.id == word.offer_id), word.offer_id),
        state=say.text(STATES[word.told]),
        ago=say.ago(word.received_at, now),
    )


def _back_to(customer_id: str) -> Response:
    return RedirectResponse(f"/page/customers/{customer_id}", 303)
