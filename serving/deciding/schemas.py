"""What goes in and out of decisions, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import CaveatSchema, VersionsSchema
from serving.answering.words import Answer, GivenMoment, Moment, Probability, absent

AgentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:@-]{1,64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
DecisionId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{24}$", description="`decision_id` of an answer.", examples=["0123456789abcdef01234567"])
]
State = Literal["suggested", "shown", "skipped", "accepted", "declined", "fulfilled", "reversed"]
OfferKind = Literal["onboarding", "service", "cross_sell", "up_sell", "retention", "discount", "loyalty", "referral"]
GateName = Literal["eligibility", "applicability", "suitability", "contact_policy", "expansion_guard", "arbitration"]


class DecisionRequest(BaseModel):
    """On which occasion a decision is asked for, by whom, and in which language the customer is spoken to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    context: Name | SkipJsonSchema[None] = absent(description="One of the company's `contexts`; each has a window of its own.")
    agent_id: AgentId | SkipJsonSchema[None] = absent(description="Who will make the offer.")
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] | SkipJsonSchema[None] = absent(
        description="Like `pt-BR`; the customer's own where absent, the company's first where it has no such texts."
    )


class OutcomeRequest(BaseModel):
    """What became of an offer of a decision."""

    model_config = ConfigDict(extra="forbid", strict=True)

    offer_id: Name = Field(description="One of the decision's `offers`.")
    outcome: Literal["shown", "skipped", "accepted", "declined", "fulfilled", "reversed"]
    reason: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")] | SkipJsonSchema[None] = absent(
        description="Why it was skipped, declined or reversed: a code or a few words, nothing personal."
    )
    at: GivenMoment | SkipJsonSchema[None] = absent(description="When it happened; now where absent.")
    agent_id: AgentId | SkipJsonSchema[None] = absent(description="Who tells it.")


class OfferReasonSchema(Answer):
    """One reason for an offer."""

    model_config = ConfigDict(title="OfferReason", extra="forbid")

    code: str
    text: str


class SuggestedOfferSchema(Answer):
    """One offer of a decision; money in company currency."""

    model_config = ConfigDict(title="SuggestedOffer", extra="forbid")

    offer_id: str
    name: str
    kind: OfferKind
    channel: str
    rank: int = Field(ge=1, le=3)
    acceptance_probability: Probability = Field(description="That the customer says yes, once shown the offer on that channel.")
    acceptance_low: Probability | SkipJsonSchema[None] = absent(description="95 % interval; absent where nothing was learned.")
    acceptance_high: Probability | SkipJsonSchema[None] = absent(description="95 % interval; absent where nothing was learned.")
    effect: Literal["measured", "assumed"]
    uplift: float = Field(description="The share of `value` that deciding on the offer adds.")
    value: float
    cost: float = Field(description="Expected: the contact, and the offer as often as it is taken.")
    context_weight: float
    lever: float
    priority: float = Field(description="uplift x value x context_weight x lever - cost; `nothing` is worth 0.")
    selection_probability: Probability | SkipJsonSchema[None] = absent(description="How likely rank 1 was drawn; absent beyond.")
    prior: bool = Field(description="True where nothing was learned of accepting this offer.")
    mature: bool
    reasons: list[OfferReasonSchema]
    benefit: str
    script: str
    taken_until: Moment | SkipJsonSchema[None] = absent(description="How long the offer stands once made.")
    state: State
    shown_at: Moment | SkipJsonSchema[None] = absent(description="When the customer saw it.")
    outcome_at: Moment | SkipJsonSchema[None] = absent(description="When it came to that state.")


class WithheldSchema(Answer):
    """An offer that is not made, and why: on one channel, or on all where `channel` is absent."""

    model_config = ConfigDict(title="Withheld", extra="forbid")

    offer_id: str
    channel: str | SkipJsonSchema[None] = absent(description="Absent where it holds for every channel of the offer.")
    gate: GateName
    rule: str
    found: str


class ReplaySchema(Answer):
    """Whether deciding anew from what is stored gives the stored decision, byte for byte."""

    model_config = ConfigDict(title="Replay", extra="forbid")

    agrees: bool
    sha256: str = Field(description="Of the stored document.")
    reason: str | SkipJsonSchema[None] = absent(description="Why it could not be decided anew.")


class DecisionSchema(Answer):
    """What to offer a customer now, how that was drawn, and why not the others."""

    model_config = ConfigDict(title="Decision", extra="forbid")

    decision_id: str
    customer_id: str
    agent_id: str | SkipJsonSchema[None] = absent(description="Who asked first.")
    context: str | SkipJsonSchema[None] = absent(description="The occasion; absent where none was named.")
    language: str
    action: Literal["offer", "nothing"]
    arm: Literal["control", "explore", "policy"]
    selection_probability: Probability = Field(description="How likely this first choice was drawn, over all arms.")
    decided_at: Moment
    window_start: Moment
    valid_until: Moment = Field(description="Until then whoever asks gets this decision.")
    offers: list[SuggestedOfferSchema]
    withheld: list[WithheldSchema]
    request_id: str
    degraded: bool
    warnings: list[CaveatSchema]
    versions: VersionsSchema
    replay: ReplaySchema | SkipJsonSchema[None] = absent(description="With `?replay=true`.")


class OutcomeSchema(Answer):
    """How an offer of a decision stands."""

    model_config = ConfigDict(title="OutcomeState", extra="forbid")

    decision_id: str
    customer_id: str
    offer_id: str
    rank: int
    channel: str | SkipJsonSchema[None] = absent(description="On which it was suggested.")
    state: State
    late: bool = Field(description="True where the answer came after the channel's `response_days`; it is kept.")
    shown_at: Moment | SkipJsonSchema[None] = absent(description="When the customer saw it, at the latest.")
    outcome_at: Moment | SkipJsonSchema[None] = absent(description="When it came to that state.")
    reason: str | SkipJsonSchema[None] = absent(description="As told.")
    request_id: str


class EvidenceSchema(Answer):
    """What the estimates of an offer rest on."""

    model_config = ConfigDict(title="OfferEvidence", extra="forbid")

    shown: int = Field(description="Exposures learned from.")
    positives: int = Field(description="How many of them were accepted.")
    mature: bool
    ramp: float = Field(ge=0, le=1)
    effect: Literal["measured", "assumed"]


class OfferSchema(Answer):
    """One offer of the catalogue."""

    model_config = ConfigDict(title="Offer", extra="forbid")

    offer_id: str
    name: str
    kind: OfferKind
    group: str
    channels: list[str]
    stages: list[str]
    value: float | SkipJsonSchema[None] = absent(description="Margin an acceptance brings; retention offers have none.")
    cost: float
    incrementality: float
    eligibility: str
    applicability: str
    suitability: str
    starts_on: str | SkipJsonSchema[None] = absent(description="First day, UTC.")
    ends_on: str | SkipJsonSchema[None] = absent(description="Last day, UTC.")
    valid_days: int | SkipJsonSchema[None] = absent(description="How long it stands once made.")
    in_force: bool = Field(description="Whether it may be made today.")
    evidence: EvidenceSchema | SkipJsonSchema[None] = absent(description="Absent where nothing was learned yet.")


class ContactTimesSchema(Answer):
    """When customers say yes on a channel."""

    model_config = ConfigDict(title="ContactTimes", extra="forbid")

    channel: str
    known: bool = Field(description="False where too little was seen to call a time better.")
    best_hours: list[int] = Field(description="Hours of the day, UTC, that stand out, the best first.")
    best_weekdays: list[int] = Field(description="Days of the week that stand out, 0 is Monday.")
    text: str


class OffersSchema(Answer):
    """The catalogue of the company file in force."""

    model_config = ConfigDict(title="Offers", extra="forbid")

    currency: str
    contexts: list[str]
    offers: list[OfferSchema]
    contact_times: list[ContactTimesSchema] = Field(description="By channel; empty where no offer model is live.")
    request_id: str
    degraded: bool
    warnings: list[CaveatSchema]
    versions: VersionsSchema
