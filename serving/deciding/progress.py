"""How far has a suggestion come, and may this follow: one table of what comes after what, the same for every offer.

`suggested` -> `shown` -> `accepted` or `declined`; `accepted` -> `fulfilled`, and both -> `reversed`. Who was not asked at all
was `skipped`. An answer without `shown` before it says that the offer was shown at the latest then. What was told before is no
news and changes nothing; what contradicts it is refused, so the first word stands. For a minute whoever told it may take the
newest word back: then it is as if it had not been told, and that it was is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias, TypeVar, get_args

from features.errors import Conflict, InvalidInput
from features.times import DAY, SECOND, Timestamp
from serving.door.problems import ForCallers

Told: TypeAlias = Literal["shown", "skipped", "accepted", "declined", "fulfilled", "reversed"]
TOLD: tuple[Told, ...] = get_args(Told)

WITHDRAWN: Literal["withdrawn"] = "withdrawn"
"""What is kept where a word is taken back; nobody tells it of an offer, so it is none of `TOLD`."""

TAKEN_BACK_WITHIN: Timestamp = 60 * SECOND
"""So long after a word came it may be taken back."""

AHEAD: Timestamp = 60 * SECOND
"""How far the clock of whoever tells may be ahead of ours; what is said to have happened then, happened now."""

_FOLLOWS: Mapping[str, frozenset[str]] = {
    "suggested": frozenset({"shown", "skipped", "accepted", "declined"}),
    "shown": frozenset({"accepted", "declined"}),
    "accepted": frozenset({"fulfilled", "reversed"}),
    "fulfilled": frozenset({"reversed"}),
}
_ANSWERS = frozenset({"accepted", "declined"})


class OutcomeContradicts(ForCallers, Conflict):
    """What is told cannot follow what was told before."""

    problem = "outcome-contradicts"


class OutcomeMisdated(ForCallers, InvalidInput):
    """What is told happened before the decision, before what went before it, or in the future."""

    problem = "outcome-misdated"


@dataclass(frozen=True)
class Report:
    """What somebody tells about a suggestion: what happened, when, and why where they say so."""

    told: Told | Literal["withdrawn"]
    at: Timestamp
    reason: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far one suggestion has come. `heard` are the words told so far."""

    decided_at: Timestamp
    shown_at: Timestamp | None = None
    outcome: str | None = None
    outcome_at: Timestamp | None = None
    reason: str | None = None
    heard: frozenset[str] = frozenset()

    @property
    def state(self) -> str:
        """Return the word for where it stands.

        >>> Progress(0).state, Progress(0, shown_at=5).state, Progress(0, 5, "declined", 9).state
        ('suggested', 'shown', 'declined')
        """
        return self.outcome or ("suggested" if self.shown_at is None else "shown")

    @property
    def latest(self) -> Timestamp:
        """Return the moment of the last thing that happened to it."""
        return max(self.decided_at, self.shown_at or 0, self.outcome_at or 0)

    def has_heard(self, told: str) -> bool:
        """Whether this is no news: told before, or implied by what was."""
        return told in self.heard or (told == "shown" and self.shown_at is not None)


class KeptWord(Protocol):
    """A word as it is kept: what was told, or that the newest before it was taken back."""

    @property
    def told(self) -> str:
        """Return the word."""


class KeptSlotWord(KeptWord, Protocol):
    """A word with the slot that it is about."""

    @property
    def decision_id(self) -> str:
        """Return the decision."""

    @property
    def rank(self) -> int:
        """Return the place of the slot in it."""


_Word = TypeVar("_Word", bound=KeptWord)
_SlotWord = TypeVar("_SlotWord", bound=KeptSlotWord)


def standing_words(kept: Iterable[_Word]) -> list[_Word]:
    """Return the words about one offer that stand, the oldest first; `kept` are all, in the order in which they came.

    >>> from collections import namedtuple
    >>> words = map(namedtuple("Word", "told"), ["shown", "accepted", "withdrawn", "declined"])
    >>> [word.told for word in standing_words(words)]
    ['shown', 'declined']
    """
    standing: list[_Word] = []
    for word in kept:
        if word.told == WITHDRAWN:
            del standing[-1:]
        else:
            standing.append(word)
    return standing


def standing_by_slot(kept: Iterable[_SlotWord]) -> dict[tuple[str, int], list[_SlotWord]]:
    """Return the words that stand about each slot, by decision and rank; `kept` are all, in the order in which they came."""
    found: dict[tuple[str, int], list[_SlotWord]] = {}
    for word in kept:
        found.setdefault((word.decision_id, word.rank), []).append(word)
    return {slot: standing_words(words) for slot, words in found.items()}


def dated(report: Report, now: Timestamp) -> Report:
    """Return the report as it is to be kept: nothing happens later than now.

    Raises
    ------
    OutcomeMisdated
        If it is said to happen more than a minute from now.
    """
    if report.at > now + AHEAD:
        raise OutcomeMisdated("Needed `at` to be past; found it more than a minute ahead. Nothing was stored.")
    return replace(report, at=min(report.at, now))


def progressed(before: Progress, report: Report) -> Progress:
    """Return how the suggestion stands after the report, which is news.

    Raises
    ------
    OutcomeContradicts
        If it cannot follow the state, which is named.
    OutcomeMisdated
        If it happened before the decision, or before what it follows.
    """
    if report.told not in _FOLLOWS.get(before.state, frozenset()):
        raise OutcomeContradicts(
            f"This offer is `{before.state}`, which `{report.told}` cannot follow. Nothing was stored; the state stands."
        )
    if report.at < before.latest:
        raise OutcomeMisdated("Needed `at` not to be before the decision, nor before what was told already. Nothing was stored.")
    heard = before.heard | {report.told}
    if report.told == "shown":
        return replace(before, shown_at=report.at, heard=heard)
    shown_at = report.at if before.shown_at is None and report.told in _ANSWERS else before.shown_at
    reason = report.reason if report.told not in {"fulfilled", "reversed"} else report.reason or before.reason
    return replace(before, shown_at=shown_at, outcome=report.told, outcome_at=report.at, reason=reason, heard=heard)


def is_late(before: Progress, report: Report, *, response_days: int | None) -> bool:
    """Whether an answer came after the channel's time for one; it is kept, and what is learned from it is `not accepted`."""
    if report.told not in _ANSWERS or response_days is None:
        return False
    asked_at = before.decided_at if before.shown_at is None else before.shown_at
    return report.at > asked_at + response_days * DAY
