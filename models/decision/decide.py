"""What is offered to this customer now: at most three offers, how the first was drawn, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from features.errors import InvalidInput
from features.times import DAY, HOUR, Timestamp
from models.decision.asked import Asked, spoken_language
from models.decision.candidates import Candidate
from models.decision.choices import NO_OFFER, Choices, choose
from models.decision.draw import Drawn, Lots, drawn
from models.decision.explained.reasons import AcceptanceInterval, Made, OfferReason, reasons_for
from models.decision.explained.withheld import Withheld, offered, withheld
from models.decision.policy import Policy
from models.decision.situations import LANGUAGE, Situations


class NotOneCustomer(InvalidInput):
    """A decision is made for one customer at a time; the situations were of none or of several."""


@dataclass(frozen=True)
class Slot:
    """One offer of a decision, `rank` 1 first; money in company currency.

    `uplift` is the effect that was weighed: the share of `value` that deciding on the offer adds, measured or assumed.
    `selection_probability`: how likely rank 1 was drawn; None beyond. `prior`: nothing was learned about accepting it yet.
    `taken_until`: how long the offer stands once made, None without end.
    """

    candidate: Candidate
    rank: int
    acceptance_probability: float
    interval: AcceptanceInterval | None
    effect: Literal["measured", "assumed"]
    uplift: float
    value: float
    cost: float
    context_weight: float
    lever: float
    priority: float
    selection_probability: float | None
    prior: bool
    mature: bool
    reasons: tuple[OfferReason, ...]
    benefit: str
    script: str
    taken_until: Timestamp | None


@dataclass(frozen=True)
class Decision:
    """What was decided for one customer, and all it follows from: `choices` is a table of this one customer."""

    asked: Asked
    lots: Lots
    choices: Choices
    draw: Drawn
    language: str

    @property
    def action(self) -> Literal["offer", "nothing"]:
        """Return whether anything is offered."""
        return "nothing" if self.draw.place == NO_OFFER else "offer"

    @property
    def window_start(self) -> Timestamp:
        """Return when the customer's window opened: the moment of the decision."""
        return int(self.choices.look.situations.at[0])

    @property
    def valid_until(self) -> Timestamp:
        """Return until when the customer keeps this decision."""
        return self.window_start + round(self.choices.policy.company.decision_valid_hours * HOUR)

    @cached_property
    def offers(self) -> tuple[Slot, ...]:
        """The offers, rank 1 first; none if nothing is offered."""
        return tuple(self._slot(place, rank) for rank, place in enumerate(offered(self.choices, self.draw), start=1))

    @cached_property
    def withheld(self) -> tuple[Withheld, ...]:
        """What is not offered, and why."""
        return withheld(self.choices, self.draw)

    def _slot(self, place: int, rank: int) -> Slot:
        made = Made(self.choices, place, self.draw.arm if rank == 1 else None)
        weighed, candidate = self.choices.weighed, self.choices.policy.candidates[place]
        days = candidate.offer.valid_days
        return Slot(
            candidate=candidate,
            rank=rank,
            acceptance_probability=made.acceptance,
            interval=made.interval,
            effect="measured" if made.measured else "assumed",
            uplift=float(weighed.effect[0, place]),
            value=float(weighed.value[0, place]),
            cost=float(weighed.cost[0, place]),
            context_weight=float(weighed.context_weight[place]),
            lever=float(weighed.lever[place]),
            priority=float(weighed.priority[0, place]),
            selection_probability=self.draw.probability if rank == 1 else None,
            prior=made.evidence is None,
            mature=made.evidence is not None and made.evidence.mature,
            reasons=reasons_for(made, language=self.asked.reasons_in),
            benefit=candidate.offer.benefit[self.language],
            script=candidate.offer.script[self.language],
            taken_until=None if days is None else self.window_start + days * DAY,
        )


def decide(policy: Policy, situations: Situations, *, asked: Asked, lots: Lots) -> Decision:
    """Decide what to offer one customer; the same situation, lots and company file give the same decision.

    Raises
    ------
    NotOneCustomer
        If the table has not exactly one row.
    """
    return decided(choose(policy, situations), asked=asked, lots=lots)


def decided(choices: Choices, *, asked: Asked, lots: Lots) -> Decision:
    """Draw for one customer whose candidates have gone through the gates; `choices` is a table of this one customer.

    Raises
    ------
    NotOneCustomer
        If the table has not exactly one row.
    """
    if len(choices.look) != 1:
        raise NotOneCustomer(f"needed the situation of one customer, found {len(choices.look)} rows; take one with `of_row`")
    draw = drawn(choices.eligible[0], int(choices.best[0]), lots=lots, shares=choices.policy.shares)
    code = float(np.asarray(choices.look.columns[LANGUAGE])[0])
    language = spoken_language(choices.policy.company.languages, asked.language, code)
    return Decision(asked, lots, choices, draw, language)
