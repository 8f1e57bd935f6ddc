"""What can be offered: the catalogue of the company file in force, and how much is known of each offer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from features.company.offers import Offer
from features.times import Timestamp, to_datetime
from models.decision import OfferEvidence
from models.offer.contact_times import ContactTimes
from serving.answering.answers import Caveat
from serving.api.asked import ask, reply
from serving.deciding.answers import deciding_standing
from serving.door.access import READ, access
from serving.door.route import Call
from serving.live.state import Versions

OFFERS = "/v1/offers"


class EvidenceAnswer(Struct, frozen=True):
    """What the estimates of an offer rest on."""

    shown: int
    positives: int
    mature: bool
    ramp: float
    effect: str


class OfferAnswer(Struct, frozen=True, omit_defaults=True):
    """One offer of the catalogue, rules in the words of the company file."""

    offer_id: str
    name: str
    kind: str
    group: str
    channels: tuple[str, ...]
    stages: tuple[str, ...]
    cost: float
    incrementality: float
    eligibility: str
    applicability: str
    suitability: str
    in_force: bool
    value: float | UnsetType = UNSET
    starts_on: str | UnsetType = UNSET
    ends_on: str | UnsetType = UNSET
    valid_days: int | UnsetType = UNSET
    evidence: EvidenceAnswer | UnsetType = UNSET


class ContactTimesAnswer(Struct, frozen=True):
    """When customers say yes on a channel: hours UTC and weekdays (0 is Monday) that stand out, the best first."""

    channel: str
    known: bool
    best_hours: tuple[int, ...]
    best_weekdays: tuple[int, ...]
    text: str


class OffersAnswer(Struct, frozen=True):
    """The catalogue, and when to contact."""

    currency: str
    contexts: tuple[str, ...]
    offers: list[OfferAnswer]
    contact_times: list[ContactTimesAnswer]
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions


@access(READ)
async def get_offers(call: Call) -> Response:
    """List the offers of the company file in force: kinds, channels, rules, dates, and what was learned of each."""
    asked = ask(call)
    company, offering, number = asked.state.company, asked.state.offering, call.exchange.request_id
    held, today = deciding_standing(asked.standing, offering), _day(call.service.clock())
    offers = [_offer(offer, offering.evidence.get(offer.id), today=today) for offer in company.offers]
    times = [_times(each) for each in offering.knowledge.contact_times.values()]
    answer = OffersAnswer(
        company.currency, company.contexts, offers, times, number, held.degraded, held.warnings, asked.state.versions
    )
    return reply(answer, asked.state)


def _offer(offer: Offer, evidence: OfferEvidence | None, *, today: dt.date) -> OfferAnswer:
    known: dict[str, Any] = {"value": offer.value, "valid_days": offer.valid_days}
    known |= {name: day and day.isoformat() for name, day in (("starts_on", offer.starts_on), ("ends_on", offer.ends_on))}
    if evidence is not None:
        known["evidence"] = EvidenceAnswer(evidence.shown, evidence.positives, evidence.mature, evidence.ramp, evidence.effect)
    return OfferAnswer(
        offer_id=offer.id,
        name=offer.name,
        kind=offer.kind,
        group=offer.group,
        channels=offer.channels,
        stages=offer.stages,
        cost=offer.cost,
        incrementality=offer.incrementality,
        eligibility=offer.eligibility.text,
        applicability=offer.applicability.text,
        suitability=offer.suitability.text,
        in_force=(offer.starts_on or today) <= today <= (offer.ends_on or today),
        **{name: value for name, value in known.items() if value is not None},
    )


def _times(times: ContactTimes) -> ContactTimesAnswer:
    return ContactTimesAnswer(times.channel, times.known, times.best_hours, times.best_weekdays, times.words())


def _day(now: Timestamp) -> dt.date:
    return to_datetime(now).date()
