"""Who gets nothing, which offers never win, and what decides who wins: the shape of `reports/value_finder.json`.

It is aggregates only: no customer, no row. Shares lie between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from features.reports.stored import StoredReport


@dataclass(frozen=True)
class StageRelevance:
    """Customers of one stage, each counted in one of four ways.

    `nothing_relevant`: no offer passes eligibility, applicability and suitability. `held_back`: some are relevant, and contact
    policy or expansion guard withholds all of them. `not_worth_it`: some pass every gate, and none is worth more than nothing.
    `offered`: an offer comes first.
    """

    stage: str
    customers: int
    nothing_relevant: int
    held_back: int
    not_worth_it: int
    offered: int


@dataclass(frozen=True)
class OfferFate:
    """What becomes of one offer, each customer counted once: where it falls, or that it wins.

    `withheld`: by gate, customers for whom no channel of the offer came further. `unknown`: it passed, and what it is worth
    cannot be known. `below_nothing`: it passed, and costs more than it brings. `beaten`: it is worth something, and another
    offer more; `beaten_by`: by which, the most frequent first. `why`: what mostly stands in its way, in a sentence.
    """

    offer_id: str
    kind: str
    withheld: dict[str, int]
    unknown: int
    below_nothing: int
    beaten: int
    beaten_by: dict[str, int]
    wins: int
    why: str

    @property
    def passes(self) -> int:
        """Return how many customers it passes every gate for."""
        return self.unknown + self.below_nothing + self.beaten + self.wins


@dataclass(frozen=True)
class OfferShift:
    """How often an offer comes first, with everything reckoned and with one part left out."""

    offer_id: str
    wins: int
    wins_without: int


@dataclass(frozen=True)
class Sensitivity:
    """What changes if one part of the priority is left out: `changed` customers have another first offer, or none."""

    part: str
    changed: int
    share: float
    offers: list[OfferShift]


@dataclass(frozen=True)
class FinderReport(StoredReport):
    """The whole report on the live predictions; `context` is the occasion it was reckoned for, None for no particular one.

    `available`: mean number of different offers that pass every gate for a customer.
    """

    KIND: ClassVar[str] = "a report of the value finder"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle policy find` again"

    as_of: str
    bundle: str
    company: str
    context: str | None
    customers: int
    available: float
    stages: list[StageRelevance]
    offers: list[OfferFate]
    sensitivity: list[Sensitivity]
    notes: list[str]

    @property
    def never_winning(self) -> list[OfferFate]:
        """Return the offers that come first for nobody."""
        return [fate for fate in self.offers if fate.wins == 0]
