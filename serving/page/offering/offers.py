"""What to offer this customer now, as the page shows it: the decision that stands, what was told of late, what waits.

Who may decide decides by opening the page, as the API does: the same decision within its window, however often it is opened.
Others see what stands. Nothing is recorded as shown because it stood on a screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from features.company.offers import RESPONSE_DAYS
from features.errors import Unavailable
from features.times import DAY, HOUR, SECOND, Timestamp, parse_time
from serving.api.asked import Asked
from serving.database.offered.decisions import KeptDecision, decision_of, newest_of
from serving.database.offered.exposures import Suggestion, suggestions_of, waiting_for_answer
from serving.database.offered.words import Word, words_since
from serving.database.transactions import reading
from serving.deciding.answers import Told, deciding_standing
from serving.deciding.decider import DecisionQuestion
from serving.deciding.progress import TAKEN_BACK_WITHIN
from serving.deciding.replays import said_in
from serving.deciding.windows import Wish
from serving.door.access import DECIDE
from serving.door.route import Call
from serving.live.state import Found
from serving.page.frame.facts import Facts
from serving.page.frame.shell import wording_for
from serving.page.offering.made import reason_said
from serving.page.offering.mark import mark_of
from serving.page.offering.withheld import WhyNot, why_not

ROUTE = "/page/customers/{customer_id}"

_RECENT: Timestamp = HOUR
_LONGEST_WAIT: Timestamp = 90 * DAY


class Chance(NamedTuple):
    """How many of how many like this accept."""

    many: int
    of: int


@dataclass(frozen=True)
class Card:
    """One offer of the decision; money in company currency. `brings`: more than offering nothing, after its cost."""

    decision_id: str
    rank: int
    offer_id: str
    name: str
    kind: str
    channel: str
    state: str
    shown_at: Timestamp | None
    chance: Chance
    is_measured: bool
    is_known: bool
    brings: float
    benefit: str
    script: str
    reasons: Sequence[str]
    taken_until: Timestamp | None


@dataclass(frozen=True)
class Recorded:
    """Something told of late: what, by whom, and for how many seconds the reader may still take it back (0: no more)."""

    word: Word
    offer: str
    seconds_left: int


@dataclass(frozen=True)
class Waiting:
    """An offer of an earlier decision that was made, and to which the customer has not said yes or no."""

    decision_id: str
    offer_id: str
    offer: str
    channel: str
    shown_at: Timestamp


@dataclass(frozen=True)
class OffersShown:
    """All that the page shows of offers. `valid_until` None: no decision stands, and none is made.

    `may_decide`: the reader's role lets them. `can_record`: the service can write at this moment.
    """

    customer_id: str
    may_decide: bool
    valid_until: Timestamp | None
    cards: Sequence[Card]
    nothing_because: str | None
    why_not: Sequence[WhyNot]
    recorded: Sequence[Recorded]
    waiting: Sequence[Waiting]
    currency: str
    is_complete: bool
    now: Timestamp
    mark: str
    can_record: bool = True


async def offers_of(call: Call, asked: Asked, found: Found) -> OffersShown:
    """Return what to offer a customer now, decided at this moment where nothing stands and the reader may decide."""
    if not may_decide(call):
        return await asyncio.to_thread(_read, call, asked, found, decision_id=None)
    try:
        decision_id = await _decided(call, asked, found)
    except Unavailable:  # what stands is shown all the same, and the page says that no more is possible
        return replace(await asyncio.to_thread(_read, call, asked, found, decision_id=None), can_record=False)
    return await asyncio.to_thread(_read, call, asked, found, decision_id=decision_id)


def may_decide(call: Call) -> bool:
    """Whether the role of who reads the page lets them decide and tell what came of it."""
    return call.signed_in is not None and DECIDE.allows_role(call.signed_in.person.role)


class _Made(msgspec.Struct):
    decision_id: str


async def _decided(call: Call, asked: Asked, found: Found) -> str:
    """Return the id of the decision that stands, made now if it must be."""
    language = wording_for(call).language
    wish = Wish(asked.state, found, None, call.agent(None), call.exchange.key_id, language)
    told = Told(call.exchange.request_id, deciding_standing(asked.standing, asked.state.offering))
    audit = call.service.reads.entry(call.exchange, found.customer_id, route=ROUTE, scope="decide")
    answer = await asyncio.wrap_future(call.service.decider.submit(DecisionQuestion(wish, told, audit)))
    return msgspec.json.decode(answer.body, type=_Made).decision_id


@dataclass(frozen=True)
class _Known:
    """What the database knows of one customer's offers at one moment."""

    kept: KeptDecision | None
    suggestions: Sequence[Suggestion]
    words: Sequence[Word]
    waiting: Sequence[Suggestion]
    mark: str


def _read(call: Call, asked: Asked, found: Found, *, decision_id: str | None) -> OffersShown:
    now, company = call.service.clock(), asked.state.company
    with reading(call.service.engine) as connection:
        known = _known(connection, asked, found, decision_id=decision_id, now=now)
    facts, names = Facts(company.catalogue, wording_for(call)), {offer.id: offer.name for offer in company.offers}
    said: Mapping[str, Any] = {} if known.kept is None else said_in(call.service.settings.home, known.kept, facts.say.language)
    return OffersShown(
        customer_id=found.customer_id,
        may_decide=may_decide(call),
        valid_until=None if known.kept is None else known.kept.valid_until,
        cards=[_card(offer, one, facts) for offer, one in zip(said.get("offers", ()), known.suggestions, strict=False)],
        nothing_because=nothing_because(said) if said else None,
        why_not=[why_not(one, names, facts) for one in said.get("withheld", ())],
        recorded=[_recorded(word, names, call=call, now=now) for word in known.words],
        waiting=[_waiting(one, names) for one in known.waiting if known.kept is None or one.decision_id != known.kept.id],
        currency=company.currency,
        is_complete=not asked.state.offering.unpublished,
        now=now,
        mark=known.mark,
    )


def _known(connection: Connection, asked: Asked, found: Found, *, decision_id: str | None, now: Timestamp) -> _Known:
    customer_id = found.customer_id
    kept = decision_of(connection, decision_id) if decision_id else _standing(connection, customer_id, now)
    suggestions = [] if kept is None else suggestions_of(connection, [kept.id])[kept.id]
    words = words_since(connection, customer_id, since=now - _RECENT)
    waiting = [
        one
        for one in waiting_for_answer(connection, customer_id, since=now - _LONGEST_WAIT)
        if (one.progress.shown_at or 0) + (one.slot.response_days or RESPONSE_DAYS) * DAY > now
    ]
    return _Known(kept, suggestions, words, waiting, mark_of(connection, asked.state, found, now=now))


def _standing(connection: Connection, customer_id: str, now: Timestamp) -> KeptDecision | None:
    """Return the newest decision if it is neither over nor answered; nothing is decided anew."""
    window = (customer_id, "")
    kept = newest_of(connection, [window]).get(window)
    if kept is None or now >= kept.valid_until:
        return None
    answered = any(one.progress.outcome is not None for one in suggestions_of(connection, [kept.id])[kept.id])
    return None if answered else kept


def _card(offer: Mapping[str, Any], suggestion: Suggestion, facts: Facts) -> Card:
    until = offer["taken_until"]
    return Card(
        decision_id=suggestion.decision_id,
        rank=offer["rank"],
        offer_id=offer["offer_id"],
        name=offer["name"],
        kind=offer["kind"],
        channel=offer["channel"],
        state=suggestion.progress.state,
        shown_at=suggestion.progress.shown_at,
        chance=chance_in_words(offer["acceptance_probability"]),
        is_measured=offer["effect"] == "measured",
        is_known=not offer["prior"],
        brings=offer["priority"],
        benefit=offer["benefit"],
        script=offer["script"],
        reasons=[reason_said(reason["code"], reason["text"], facts) for reason in offer["reasons"]],
        taken_until=None if until is None else parse_time(until),
    )


def chance_in_words(probability: float) -> Chance:
    """Return a probability as so many in ten, or in a hundred where it is small; never none, and never all.

    >>> chance_in_words(0.18), chance_in_words(0.034), chance_in_words(0.0001), chance_in_words(0.99)
    (Chance(many=2, of=10), Chance(many=3, of=100), Chance(many=1, of=100), Chance(many=9, of=10))
    """
    if probability >= 0.095:
        return Chance(min(round(10 * probability), 9), 10)
    return Chance(max(round(100 * probability), 1), 100)


def nothing_because(said: Mapping[str, Any]) -> str | None:
    """Return why nothing is offered: `drawn` by lot, nothing `passes` the rules, or nothing is `worth` its cost; else None."""
    if said["action"] != "nothing":
        return None
    if said["arm"] != "policy":
        return "drawn"
    return "worth" if any(one["gate"] == "arbitration" for one in said["withheld"]) else "passes"


def _recorded(word: Word, names: Mapping[str, str], *, call: Call, now: Timestamp) -> Recorded:
    is_own = word.key_id == call.exchange.key_id
    left = max(word.received_at + TAKEN_BACK_WITHIN - now, 0) if is_own else 0
    return Recorded(word, names.get(word.offer_id, word.offer_id), left // SECOND)


def _waiting(one: Suggestion, names: Mapping[str, str]) -> Waiting:
    slot, shown_at = one.slot, one.progress.shown_at or one.progress.decided_at
    return Waiting(one.decision_id, slot.offer_id, names.get(slot.offer_id, slot.offer_id), slot.channel or "", shown_at)
