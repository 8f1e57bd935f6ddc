"""Which logged decisions is a new file valued on: the newest whose reward is complete, and what came before them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from features.company import Company
from features.home import Home
from features.log.store import EventLog
from features.reports.policy import Refusal
from features.times import DAY, Timestamp
from models.rows import BoolArray
from training.decided import Decided, Decisions, known_before, read_decisions
from training.labels.labels import observed_by
from training.policies.recalled import drawn_with_probability

FEWEST_DECISIONS = 1000
"""Of fewer decisions with a complete reward nothing is told."""

_SOURCES = ("purchases", "offers")


@dataclass(frozen=True)
class Period:
    """The decisions of `[since, until)`; `history` holds all that was decided before and after, as the log tells now."""

    since: Timestamp
    until: Timestamp
    history: Decisions

    @classmethod
    def newest(cls, home: Home, company: Company, *, days: int) -> Period:
        """Return the newest so many days of decisions of which the reward is complete."""
        log = EventLog.open(home)
        observed = min(observed_by(log, None, sources=_SOURCES).values())
        until = observed - company.reward_days * DAY
        return cls(until - days * DAY, until, read_decisions(log))

    @cached_property
    def decisions(self) -> Decisions:
        """Return the decisions of rank 1 in the period."""
        return self.history.where(self._inside(self.history))

    @property
    def drawn_by_lot(self) -> set[str]:
        """Return the offers that were ever drawn by lot."""
        return set(self.history.where(self.history.random).offers.unique().to_pylist())

    def decided(self, home: Home, company: Company) -> Decided:
        """Return these decisions, those of the very customers whose history is held, with the features known just before each."""
        return known_before(EventLog.open(home), self.decisions, catalogue=company.catalogue)

    def refusals(self) -> list[Refusal]:
        """Say why nothing can be told where too few decisions have a complete reward."""
        count = len(self.decisions)
        if count >= FEWEST_DECISIONS:
            return []
        return [
            Refusal(
                "immature",
                "",
                f"{count:,} decisions have a complete reward, and at least {FEWEST_DECISIONS:,} are needed",
                f"{FEWEST_DECISIONS:,}",
                f"{count:,}",
                "wait until more decisions are as old as the reward days, or look further back (`--days`)",
            )
        ]

    def _inside(self, decisions: Decisions) -> BoolArray:
        inside = (decisions.decided_at >= self.since) & (decisions.decided_at < self.until)
        return drawn_with_probability(decisions) & inside
