"""What can be offered, on which channels and how often: the catalogue, its levers, and the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from features.company.terms import (
    Channel,
    Count,
    Days,
    Language,
    Money,
    Name,
    OfferKind,
    Outcome,
    Part,
    Percent,
    ScoredRule,
    Text,
    Weight,
)
from features.rules.rule import Rule, parse_rule

_ALWAYS: Rule = parse_rule("TRUE", ())
ContextWeight = Annotated[float, Field(ge=0, le=100)]


RESPONSE_DAYS = 14
"""How long an answer is waited for on a channel that does not say."""


class ContactChannel(Part):
    """A way to reach a customer, what one contact costs (company currency) and whether it needs the customer's consent.

    Who was shown an offer here and has not answered after `response_days` has not accepted it.
    """

    name: Channel
    contact_cost: Money = 0.0
    needs_consent: bool = True
    response_days: Days = RESPONSE_DAYS


class Offer(Part):
    """One offer.

    It passes three gates in this order: `eligibility` (may the customer have it at all), `applicability` (does it fit the
    situation now), `suitability` (is it good for this customer). `value` is the margin an acceptance brings, company currency;
    retention offers have none of their own, since theirs is the margin at risk. `cost` is what an acceptance costs.
    `incrementality` is the share of acceptances that would not have come without the offer, believed until it is measured.
    """

    id: Name
    name: Text
    kind: OfferKind
    group: Name
    value: Money | None = None
    cost: Money
    incrementality: Weight
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    stages: Annotated[tuple[Name, ...], Field(min_length=1)]
    eligibility: ScoredRule = _ALWAYS
    applicability: ScoredRule = _ALWAYS
    suitability: ScoredRule = _ALWAYS
    lever_percent: Percent = 0.0
    context_weights: Mapping[Name, ContextWeight] = {}
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    valid_days: Days | None = None
    benefit: Mapping[Language, Text]
    script: Mapping[Language, Text]


class Levers(Part):
    """Percentages by which the business moves the priority of whole kinds and groups; they add up with the offer's own."""

    kinds: Mapping[OfferKind, Percent] = {}
    groups: Mapping[Name, Percent] = {}


class Cap(Part):
    """At most `contacts` within `days` on one channel; without a channel, on all of them together."""

    channel: Channel | None = None
    contacts: Count
    days: Days


class Pause(Part):
    """After `count` outcomes within `days` the offer, or its whole group, rests for `pause_days`."""

    outcome: Outcome
    count: Count
    days: Days
    pause_days: Days
    scope: Literal["offer", "group"]


class ContactPolicy(Part):
    """How often a customer may be contacted, and what a customer who said no is spared."""

    caps: tuple[Cap, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def looks_back_days(self) -> int:
        """Return how long ago a contact can still matter: the longest window, and the rest that follows one."""
        return max([cap.days for cap in self.caps] + [pause.days + pause.pause_days for pause in self.pauses], default=0)


class ExpansionGuard(Part):
    """When nothing more is to be sold: offers of these kinds are held back from customers for whom the rule is true."""

    kinds: tuple[OfferKind, ...] = ("cross_sell", "up_sell")
    hold_when: ScoredRule = parse_rule("FALSE", ())
