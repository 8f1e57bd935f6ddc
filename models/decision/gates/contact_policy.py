"""May this customer be contacted again: consent of the channel, caps on what was really shown, and rests after answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.company.offers import Cap, ContactChannel, Offer, Pause
from features.company.schema import Company
from features.times import DAY, Timestamp, format_time
from models.decision.gates.gate import Gate
from models.decision.gates.look import Look, Places, Timeline, is_one_of, outcome_codes
from models.rows import BoolArray

_ONCE_ACCEPTED = ("accepted", "fulfilled", "reversed")
_NO_REST = np.iinfo(np.int64).min


@dataclass(frozen=True)
class ConsentGiven:
    """Who has not said that the channel may be used is not contacted on it; nor is who was never asked."""

    channel: str
    gate: ClassVar[Gate] = "contact_policy"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the feature that holds the consent."""
        return (f"consent_to_{self.channel}",)

    @property
    def rule(self) -> str:
        """Return the condition in words."""
        return f"consent to {self.channel}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether consent is missing or not known."""
        given: BoolArray = look.columns[self.names[0]] == 1.0
        return ~given

    def found(self, look: Look, row: int) -> str:
        """Say what is known of the customer's consent."""
        return "not known" if look.unknown(self.names, row) else "not given"


@dataclass(frozen=True)
class CapKept:
    """At most so many contacts in `[at - days, at)`; an offer that was decided and never shown is none."""

    cap: Cap
    gate: ClassVar[Gate] = "contact_policy"
    names: ClassVar[tuple[str, ...]] = ()

    @property
    def rule(self) -> str:
        """Return the cap in words."""
        where = f"on {self.cap.channel}" if self.cap.channel else "on all channels together"
        return f"at most {self.cap.contacts} shown {where} in {_days(self.cap.days)}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether one more would be too many."""
        return self._counts(look) >= self.cap.contacts

    def found(self, look: Look, row: int) -> str:
        """Say how many the customer was shown."""
        return f"{self._counts(look)[row]} shown"

    def _counts(self, look: Look) -> Places:
        shown = look.shown
        code = look.channel_code(self.cap.channel) if self.cap.channel else None
        if not len(shown.row) or (self.cap.channel and code is None):
            return np.zeros(len(look), np.intp)
        at = look.situations.at[shown.row]
        counted = (shown.when < at) & (shown.when >= at - self.cap.days * DAY)
        if code is not None:
            counted &= shown.channel == code
        return np.bincount(shown.row[counted], minlength=len(look))


@dataclass(frozen=True)
class NotResting:
    """After `count` outcomes within `days` these offers rest for `pause_days`, from the moment the count was reached.

    `accepted` counts acceptances that were fulfilled or reversed since. An offer that has left the company file belongs to no
    group any more.
    """

    pause: Pause
    group: str
    offers: tuple[str, ...]
    gate: ClassVar[Gate] = "contact_policy"
    names: ClassVar[tuple[str, ...]] = ()

    @property
    def rule(self) -> str:
        """Return the pause in words."""
        pause = self.pause
        what = f"the group {self.group}" if pause.scope == "group" else "the offer"
        return f"{pause.count} {pause.outcome} in {_days(pause.days)}: {what} rests for {_days(pause.pause_days)}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether the offers rest now."""
        timeline, counted = self._counted(look)
        resting = np.zeros(len(look), bool)
        if len(counted) >= self.pause.count:
            reached = self._reached(timeline, counted)
            at = look.situations.at[timeline.row[reached]]
            resting[timeline.row[reached[timeline.when[reached] + self.pause.pause_days * DAY > at]]] = True
        return resting

    def found(self, look: Look, row: int) -> str:
        """Say until when the offers rest for the customer."""
        return f"rests until {format_time(self.rests_until(look, row))}"

    def rests_until(self, look: Look, row: int) -> Timestamp:
        """Return when the customer's rest ends; a moment before all others if there was none."""
        timeline, counted = self._counted(look)
        reached = self._reached(timeline, counted)
        ends = timeline.when[reached[timeline.row[reached] == row]] + self.pause.pause_days * DAY
        return int(ends.max(initial=_NO_REST))

    def _counted(self, look: Look) -> tuple[Timeline, Places]:
        """Return the places, in order of customer and time, of what counts and lies before the decision."""
        timeline = look.shown if self.pause.outcome == "shown" else look.answered
        offers = look.offer_codes(self.offers)
        if not offers or not len(timeline.row):
            return timeline, np.zeros(0, np.intp)
        counts = is_one_of(timeline.offer, offers) & (timeline.when < look.situations.at[timeline.row])
        if self.pause.outcome != "shown":
            outcomes = _ONCE_ACCEPTED if self.pause.outcome == "accepted" else (self.pause.outcome,)
            counts &= is_one_of(timeline.outcome, outcome_codes(outcomes))
        return timeline, np.flatnonzero(counts)

    def _reached(self, timeline: Timeline, counted: Places) -> Places:
        """Return those of the counted with which the count was reached: the `count`-th last lies within `days` before."""
        last, first = counted[self.pause.count - 1 :], counted[: len(counted) - self.pause.count + 1]
        same = timeline.row[last] == timeline.row[first]
        reached: Places = last[same & (timeline.when[last] - timeline.when[first] <= self.pause.days * DAY)]
        return reached


def consent_checks(channel: ContactChannel) -> list[ConsentGiven]:
    """Return the check of consent, if the channel needs one."""
    return [ConsentGiven(channel.name)] if channel.needs_consent else []


def cap_checks(company: Company, channel: ContactChannel) -> list[CapKept]:
    """Return the caps that hold on this channel, in the order of the file."""
    return [CapKept(cap) for cap in company.contact_policy.caps if cap.channel in (None, channel.name)]


def pause_checks(company: Company, offer: Offer) -> list[NotResting]:
    """Return the pauses that may rest this offer, in the order of the file."""
    group = tuple(each.id for each in company.offers if each.group == offer.group)
    return [
        NotResting(pause, offer.group, group if pause.scope == "group" else (offer.id,))
        for pause in company.contact_policy.pauses
    ]


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
