"""Why is this offer made to this customer: what of its rule holds now, what it is expected to bring, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from features.rules.tree import Condition, named_in
from features.rules.wording import worded
from models.decision.arbitration import accepted_beside_best
from models.decision.choices import Choices
from models.decision.draw import Arm
from models.decision.estimates import OfferEvidence
from models.decision.explained.reason_texts import said
from models.decision.gates.checks import number_worded
from models.explanation.codes import Language

_PARTS_AT_HAND = 4_096


@dataclass(frozen=True)
class OfferReason:
    """One reason: what it is by its code, and a sentence without a full stop."""

    code: str
    text: str


@dataclass(frozen=True)
class AcceptanceInterval:
    """Where the chance to accept lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class Made:
    """An offer made to the one customer of a table: the place of its candidate, and the arm it was drawn in (None: not drawn)."""

    choices: Choices
    place: int
    arm: Arm | None

    @property
    def evidence(self) -> OfferEvidence | None:
        """Return what the estimates of the offer rest on, None if on nothing."""
        return self.choices.look.situations.estimates.evidence.get(self.choices.policy.candidates[self.place].offer.id)

    @property
    def acceptance(self) -> float:
        """Return the chance that the offer is taken."""
        return float(self.choices.look.situations.estimates.acceptance[0, self.place])

    @property
    def measured(self) -> bool:
        """Say whether the effect was measured; else the company file assumes it."""
        return bool(self.choices.weighed.measured[0, self.place])

    @property
    def beside_best(self) -> float:
        """Return how likely the offer is taken on this channel as a share of the customer's best one."""
        shares = accepted_beside_best(self.choices.policy, self.choices.look.situations.estimates.acceptance)
        return float(shares[0, self.place])

    @property
    def interval(self) -> AcceptanceInterval | None:
        """Return the interval of the chance to accept; None where nothing was learned."""
        if self.evidence is None or not 0.0 < self.acceptance < 1.0:
            return None
        odds = self.acceptance / (1.0 - self.acceptance) * np.exp(np.array([-1.0, 1.0]) * self.evidence.spread)
        low, high = odds / (1.0 + odds)
        return AcceptanceInterval(float(low), float(high))


def reasons_for(made: Made, *, language: Language) -> tuple[OfferReason, ...]:
    """Return the reasons for an offer: how it was drawn, why it fits, what it changes, and what follows from all that."""
    parts = (_drawn(made), _fits(made), _effect(made), _moved(made), _evidence(made), _brings(made))
    return tuple(OfferReason(code, said(code, language, values)) for part in parts for code, values in part)


_Said = Iterator[tuple[str, dict[str, float | str | None]]]


def _drawn(made: Made) -> _Said:
    if made.arm in ("control", "explore"):
        yield "drawn_by_lot", {}


def _fits(made: Made) -> _Said:
    rule, columns = made.choices.policy.candidates[made.place].offer.applicability, made.choices.look.columns
    for part in made.choices.fits.parts(rule):
        text, names = _read(part)
        found = ", ".join(f"{name} {number_worded(float(columns[name][0]))}" for name in names)
        yield "fits_now", {"part": text, "found": found}


@lru_cache(_PARTS_AT_HAND)
def _read(part: Condition) -> tuple[str, tuple[str, ...]]:
    """Return the text of a part of a rule and the names it reads."""
    return worded(part), named_in(part)


def _effect(made: Made) -> _Said:
    weighed, company = made.choices.weighed, made.choices.policy.company
    value = float(weighed.value[0, made.place])
    if made.measured:
        effect = 100.0 * float(weighed.effect[0, made.place])
        yield "measured_effect", {"days": company.reward_days, "usual": value, "currency": company.currency, "effect": effect}
        if made.beside_best < 1.0:
            yield "channel_share", {"share": 100.0 * made.beside_best}
        return
    offer = made.choices.policy.candidates[made.place].offer
    yield "assumed_effect", {"acceptance": 100.0 * made.acceptance, "incrementality": 100.0 * offer.incrementality}
    if offer.kind == "retention":
        churn = 100.0 * float(made.choices.look.columns["churn_probability"][0])
        yield "margin_at_risk", {"margin": value, "currency": company.currency, "churn": churn}


def _moved(made: Made) -> _Said:
    weight, lever = (float(each[made.place]) for each in (made.choices.weighed.context_weight, made.choices.weighed.lever))
    if weight != 1.0:
        yield "occasion", {"weight": weight, "context": made.choices.look.situations.context}
    if lever != 1.0:
        yield "lever", {"percent": 100.0 * (lever - 1.0)}


def _evidence(made: Made) -> _Said:
    if made.evidence is None:
        yield "no_answers", {"acceptance": 100.0 * made.acceptance}
    elif not made.evidence.mature and (interval := made.interval):
        yield "few_answers", {"low": 100.0 * interval.low, "high": 100.0 * interval.high}


def _brings(made: Made) -> _Said:
    weighed = made.choices.weighed
    priority, cost = float(weighed.priority[0, made.place]), float(weighed.cost[0, made.place])
    code = "brings" if priority > 0.0 else "costs"
    yield code, {"priority": priority, "cost": cost, "currency": made.choices.policy.company.currency}
