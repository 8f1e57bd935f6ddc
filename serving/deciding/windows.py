"""Does a customer keep the decision they have, or is a new window opened: read for many customers at once, settled one by one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from features.times import DAY, Timestamp
from models.decision import (
    NOTHING,
    Asked,
    Choices,
    Contact,
    Contacts,
    Decision,
    LastDecision,
    Secrets,
    Situations,
    Window,
    answer,
    choose,
    decided,
    document,
    lots,
    merged,
    still_stands,
)
from serving.database.offered.decisions import KeptDecision, Slot, newest_of
from serving.database.offered.exposures import Suggestion, shown_to, suggestions_of
from serving.deciding.progress import Progress
from serving.live.state import Found, LiveState


@dataclass(frozen=True)
class Wish:
    """For whom is to be decided, from which live state and what it knows of them, on which occasion, asked by whom."""

    state: LiveState
    found: Found
    context: str | None = None
    agent_id: str | None = None
    key_id: str | None = None
    language: str | None = None

    @property
    def customer_id(self) -> str:
        """Return for whom."""
        return self.found.customer_id

    @property
    def window(self) -> tuple[str, str]:
        """Return what a window belongs to."""
        return self.customer_id, self.context or ""


@dataclass(frozen=True)
class Standing:
    """A decision that stands, and how its offers have come on. `answered`: what it says of itself, where that is at hand."""

    kept: KeptDecision
    suggestions: Sequence[Suggestion]
    answered: Mapping[str, Any] | None = None
    is_new: bool = False

    @property
    def said(self) -> Mapping[str, Any]:
        """Return what the decision says of itself."""
        said: Mapping[str, Any] = json.loads(self.kept.document)["answer"] if self.answered is None else self.answered
        return said

    @property
    def last(self) -> LastDecision:
        """Return what tells whether it holds."""
        first = self.suggestions[0].slot
        offer = None if first.offer_id == NOTHING else first.offer_id
        answered = any(one.progress.outcome is not None for one in self.suggestions)
        return LastDecision(self.kept.id, self.kept.valid_until, offer, first.channel, answered)


@dataclass(frozen=True)
class Past:
    """What the database knows of the customers asked about: the newest decision of each window, and what each was shown."""

    newest: Mapping[tuple[str, str], Standing]
    shown: Mapping[str, Sequence[Suggestion]]

    @classmethod
    def of(cls, connection: Connection, wishes: Sequence[Wish], *, now: Timestamp) -> Past:
        """Read it for all of them."""
        kept = newest_of(connection, {wish.window for wish in wishes})
        suggestions = suggestions_of(connection, [one.id for one in kept.values()])
        longest = max(wish.state.offering.looks_back_days for wish in wishes)
        shown = shown_to(connection, {wish.customer_id for wish in wishes}, since=now - longest * DAY)
        return cls({window: Standing(one, suggestions[one.id]) for window, one in kept.items()}, shown)


def situations_now(wishes: Sequence[Wish], past: Past, *, now: Timestamp) -> Situations:
    """Return the situations of customers asked about on one occasion: as of the live snapshot, with what they were shown since.

    All wishes are of one live state and one occasion; a row each, in their order.
    """
    offering = wishes[0].state.offering
    contacts = offering.known_contacts([wish.found.place for wish in wishes])
    told = [past.shown.get(wish.customer_id, ()) for wish in wishes]
    if any(told):
        contacts = merged(contacts, Contacts.of([[_contact(one) for one in each] for each in told]))
    values = np.array([wish.found.values for wish in wishes], np.float64)
    return offering.situations(values, at=now, contacts=contacts, context=wishes[0].context)


def settled(wishes: Sequence[Wish], past: Past, *, drawn_by: Secrets, now: Timestamp) -> list[Standing]:
    """Return the decision of each window: the one that stands, else a new one. All of one live state and one occasion."""
    situations = situations_now(wishes, past, now=now)
    standing = [_stands(wish, past, situations, row=row) for row, wish in enumerate(wishes)]
    if all(standing):
        return [one for one in standing if one is not None]
    choices = choose(wishes[0].state.offering.policy, situations)
    return [
        one or _new(wish, choices.of_row(row), drawn_by) for row, (wish, one) in enumerate(zip(wishes, standing, strict=True))
    ]


def _stands(wish: Wish, past: Past, situations: Situations, *, row: int) -> Standing | None:
    standing = past.newest.get(wish.window)
    if standing is None:
        return None
    now = situations.of_row(row)
    return standing if still_stands(wish.state.offering.policy, standing.last, situations=now) else None


def _new(wish: Wish, choices: Choices, drawn_by: Secrets) -> Standing:
    """Open a new window and decide."""
    window = Window(choices.policy.sha256, int(choices.look.situations.at[0]))
    asked = Asked(secrets.token_hex(12), wish.customer_id, wish.state.versions.bundle, wish.agent_id, wish.language)
    return _kept(wish, decided(choices, asked=asked, lots=lots(drawn_by, wish.customer_id, window=window)))


def _kept(wish: Wish, made: Decision) -> Standing:
    """Return the decision as it is to be stored; nothing has come of it yet."""
    said = answer(made)
    kept = KeptDecision(
        id=made.asked.decision_id,
        customer_id=wish.customer_id,
        context=wish.context or "",
        window_start=made.window_start,
        valid_until=made.valid_until,
        decided_at=made.window_start,
        agent_id=wish.agent_id,
        key_id=wish.key_id,
        company=wish.state.versions.company,
        bundle=wish.state.versions.bundle,
        snapshot=wish.state.versions.snapshot,
        document=document(made, said),
    )
    begun = Progress(made.window_start)
    suggestions = [Suggestion(kept.id, kept.customer_id, slot, begun) for slot in _slots(made)]
    return Standing(kept, suggestions, said, is_new=True)


def _slots(made: Decision) -> list[Slot]:
    arm = made.draw.arm
    if not made.offers:
        return [Slot(1, NOTHING, None, None, arm, made.draw.probability, None)]
    return [
        Slot(one.rank, offer.id, offer.kind, channel.name, arm, one.selection_probability, channel.response_days)
        for one in made.offers
        for offer, channel in [(one.candidate.offer, one.candidate.channel)]
    ]


def _contact(one: Suggestion) -> Contact:
    progress, slot = one.progress, one.slot
    return Contact(
        one.exposure_id,
        slot.offer_id,
        slot.channel,
        progress.decided_at,
        progress.shown_at,
        progress.outcome,
        progress.outcome_at,
    )
