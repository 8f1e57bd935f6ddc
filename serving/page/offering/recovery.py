"""How much may this agent give this customer back now, and why: the limit for an open complaint, or for a type that is chosen."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from features.times import DAY, Timestamp
from models.decision.recovery import Bound, Grantor, RecoveryLimit, Step
from serving.api.asked import Asked
from serving.database.offered.recoveries import GrantedRecovery, granted_to
from serving.database.transactions import reading
from serving.door.route import Call
from serving.front_line.recovering import Claim
from serving.history.versions import Version
from serving.live.state import Found
from serving.page.about.service import known_time
from serving.page.frame.wording import N_
from serving.page.offering.offers import may_decide

BOUNDS: Mapping[str, str] = {
    "complaint": N_("This type of complaint allows no more."),
    "agent": N_("You may give no more in one case."),
    "safety": N_("One customer gets no more within %(days)s days."),
    "budget": N_("No more is left of the budget for %(days)s days."),
}
"""Why no more may be given, by the bound that binds."""

_SHOWN_DAYS = 30


@dataclass(frozen=True)
class OpenComplaint:
    """A complaint that is not resolved: since when, what it is about, and its type if the company file has one of that name."""

    opened_at: Timestamp
    topic: str | None
    type: str | None


@dataclass(frozen=True)
class LimitShown:
    """How much may be given now for one type of complaint; money in company currency.

    `once` goes with the form, so that sending it twice gives once. `days`: within how many days a bound counts.
    """

    complaint: str
    limit: float
    binding: Bound
    bounds: Sequence[Bound]
    steps: Sequence[Step]
    rests_on_value: bool
    once: str


@dataclass(frozen=True)
class RecoveryShown:
    """What the page shows of giving something back; `limit` None where no type of complaint is known or chosen."""

    may_give: bool
    complaints: Sequence[OpenComplaint]
    types: Sequence[str]
    limit: LimitShown | None
    days: Mapping[str, int]
    given: Sequence[GrantedRecovery]
    currency: str
    now: Timestamp


async def recovery_of(
    call: Call, asked: Asked, found: Found, things: Sequence[Version], *, complaint: str | None = None
) -> RecoveryShown:
    """Return what may be given back. `things`: what is known to have happened, as it stands; `complaint`: the type chosen."""
    return await asyncio.to_thread(_read, call, asked, found, things, complaint)


def _read(call: Call, asked: Asked, found: Found, things: Sequence[Version], complaint: str | None) -> RecoveryShown:
    now, company = call.service.clock(), asked.state.company
    types = [each.type for each in company.recovery.complaints]
    open_ones = open_complaints(things, types, now=now)
    chosen = complaint if complaint in types else next((one.type for one in open_ones if one.type), None)
    with reading(call.service.engine) as connection:
        given = granted_to(connection, found.customer_id, since=now - _SHOWN_DAYS * DAY)
        asks = chosen is not None and may_decide(call)
        limit = _limit(connection, claim_of(call, asked, found, chosen)) if asks and chosen else None
    return RecoveryShown(
        may_give=may_decide(call),
        complaints=open_ones,
        types=types,
        limit=limit,
        days={"safety": company.recovery.safety_days, "budget": company.recovery.budget_days},
        given=given,
        currency=company.currency,
        now=now,
    )


def open_complaints(things: Sequence[Version], types: Sequence[str], *, now: Timestamp) -> list[OpenComplaint]:
    """Return the complaints that nobody has resolved by now, the newest first."""
    complaints = [one for one in things if one.source == "tickets" and one.cells["complaint"]]
    tickets = [one for one in complaints if known_time(one, "resolved_at", now) is None]
    topics = [(one, None if one.cells["topic"] is None else str(one.cells["topic"])) for one in tickets]
    return [OpenComplaint(one.at, topic, topic if topic in types else None) for one, topic in topics]


def claim_of(call: Call, asked: Asked, found: Found, complaint: str) -> Claim:
    """Return the question how much whoever has signed in may give for a type of complaint."""
    grantor = Grantor(call.agent(None) or "")
    return Claim(found, complaint, grantor, asked.state, asked.standing, call.service.clock())


def _limit(connection: Connection, claim: Claim) -> LimitShown:
    found: RecoveryLimit = claim.limit(connection)
    return LimitShown(
        complaint=claim.complaint,
        limit=found.limit,
        binding=found.binding,
        bounds=found.bounds,
        steps=found.escalation,
        rests_on_value=found.rests_on_value,
        once=secrets.token_urlsafe(16),
    )
