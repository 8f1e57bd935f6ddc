"""What became of an offer: told once or again, in order or against it, in time or late; kept in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from features.errors import InvalidInput
from features.times import Timestamp
from serving.answering.moments import moment_or_absent
from serving.database.offered.decisions import decision_of, hold_customers
from serving.database.offered.exposures import (
    Hearing,
    News,
    Suggestion,
    hear,
    last_heard,
    late_answers,
    suggested,
    suggestions_of,
)
from serving.deciding.progress import Progress, Report, Told, dated, is_late, progressed
from serving.door.problems import ForCallers


class OfferNotSuggested(ForCallers, InvalidInput):
    """The decision did not suggest this offer, so nothing can have become of it there."""

    problem = "offer-not-suggested"


class OutcomeAnswer(Struct, frozen=True, omit_defaults=True):
    """How an offer of a decision stands after what was told."""

    decision_id: str
    customer_id: str
    offer_id: str
    rank: int
    state: str
    late: bool
    request_id: str
    channel: str | UnsetType = UNSET
    shown_at: str | UnsetType = UNSET
    outcome_at: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET


@dataclass(frozen=True)
class Message:
    """What is told about an offer of a decision; `at` None: it happens now."""

    offer_id: str
    told: Told
    at: Timestamp | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Teller:
    """Who tells; `clock` is the service's, read once nobody else can tell or decide for the customer."""

    clock: Callable[[], Timestamp]
    agent_id: str | None
    key_id: str | None


@dataclass(frozen=True)
class Heard:
    """How a suggestion stands after a report, and whether its answer was late."""

    about: Suggestion
    progress: Progress
    is_late: bool


def heard(connection: Connection, decision_id: str, message: Message, *, teller: Teller) -> Heard:
    """Take a message about an offer of a decision, in the caller's transaction; what is no news changes nothing.

    Raises
    ------
    UnknownDecision, DecisionErased
        If there is no such decision, or none any more.
    OfferNotSuggested
        If the decision did not suggest the offer; nothing is stored.
    OutcomeContradicts, OutcomeMisdated
        If it cannot follow what was told before; nothing is stored.
    """
    hold_customers(connection, [decision_of(connection, decision_id).customer_id])
    now = teller.clock()
    about = suggested(suggestions_of(connection, [decision_id])[decision_id], message.offer_id)
    if about is None or about.slot.channel is None:
        raise OfferNotSuggested("Needed one of the `offers` of this decision; found another. Nothing was stored.")
    if about.progress.has_heard(message.told):
        return Heard(about, about.progress, about.slot.rank in late_answers(connection, decision_id))
    kept = dated(Report(message.told, now if message.at is None else message.at, message.reason), now)
    after = progressed(about.progress, kept)
    late = is_late(about.progress, kept, response_days=about.slot.response_days)
    hearing = Hearing(_received_at(connection, about, now), teller.agent_id, teller.key_id, late)
    hear(connection, News(about, kept, after), hearing=hearing)
    return Heard(about, after, late or about.slot.rank in late_answers(connection, decision_id))


def outcome_answer(told: Heard, *, request_id: str) -> OutcomeAnswer:
    """Return how the offer stands, in the words of the API."""
    about, progress = told.about, told.progress
    return OutcomeAnswer(
        decision_id=about.decision_id,
        customer_id=about.customer_id,
        offer_id=about.slot.offer_id,
        rank=about.slot.rank,
        state=progress.state,
        late=told.is_late,
        request_id=request_id,
        channel=about.slot.channel or UNSET,
        shown_at=moment_or_absent(progress.shown_at),
        outcome_at=moment_or_absent(progress.outcome_at),
        reason=progress.reason or UNSET,
    )


def _received_at(connection: Connection, about: Suggestion, now: Timestamp) -> Timestamp:
    """Return the moment it came; never that of an earlier word about the same offer, which would be the same version of it."""
    before = last_heard(connection, about) or about.progress.decided_at
    return max(now, before + 1)
