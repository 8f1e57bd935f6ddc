"""May the customer have this offer, does it fit, is it good for them, and is it a time to sell: the checks that rules make."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.company.offers import Offer
from features.company.schema import Company
from features.rules.rule import Rule
from features.times import DAY, Timestamp, parse_time
from models.decision.gates.gate import Check, Gate
from models.decision.gates.look import Look
from models.rows import BoolArray

_NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Started:
    """The offer is made from midnight UTC of its first day on."""

    day: dt.date
    gate: ClassVar[Gate] = "eligibility"
    names: ClassVar[tuple[str, ...]] = ()

    @property
    def rule(self) -> str:
        """Return the condition in words."""
        return f"from {self.day.isoformat()} on"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each decision whether it comes too early."""
        early: BoolArray = look.situations.at < _midnight(self.day)
        return early

    def found(self, look: Look, row: int) -> str:
        """Say that it has not begun."""
        del look, row
        return "not begun"


@dataclass(frozen=True)
class NotEnded:
    """The offer is made until the midnight that ends its last day."""

    day: dt.date
    gate: ClassVar[Gate] = "eligibility"
    names: ClassVar[tuple[str, ...]] = ()

    @property
    def rule(self) -> str:
        """Return the condition in words."""
        return f"until {self.day.isoformat()}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each decision whether it comes too late."""
        late: BoolArray = look.situations.at >= _midnight(self.day) + DAY
        return late

    def found(self, look: Look, row: int) -> str:
        """Say that it is over."""
        del look, row
        return "over"


@dataclass(frozen=True)
class StageNames:
    """A stage set by name, and the names of its stages in the order of the file."""

    name: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class InStage:
    """The customer is in one of the offer's stages, of whichever set; an unknown stage is none of them."""

    stages: tuple[str, ...]
    sets: tuple[StageNames, ...]
    gate: ClassVar[Gate] = "eligibility"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns that hold the stages of the sets the offer names stages of."""
        return tuple(f"stage_{stage_set.name}" for stage_set in self.sets)

    @property
    def rule(self) -> str:
        """Return the condition in words."""
        return f"in stage {' or '.join(self.stages)}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether they are in none of the stages."""
        inside = np.zeros(len(look), bool)
        for stage_set, name in zip(self.sets, self.names, strict=True):
            for place, stage in enumerate(stage_set.stages):
                if stage in self.stages:
                    inside |= look.columns[name] == place
        return ~inside

    def found(self, look: Look, row: int) -> str:
        """Say which stage the customer is in."""
        places = [float(look.columns[name][row]) for name in self.names]
        return ", ".join(_stage(stage_set, place) for stage_set, place in zip(self.sets, places, strict=True))


@dataclass(frozen=True)
class RuleHolds:
    """A rule of the offer holds; one that is unknown does not."""

    gate: Gate
    condition: Rule

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the rule reads."""
        return self.condition.names

    @property
    def rule(self) -> str:
        """Return the rule as the file says it."""
        return " ".join(self.condition.text.split())

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether the rule is false or unknown."""
        no: BoolArray = self.condition.evaluate(look.columns, rows=len(look)) != 1
        return no

    def found(self, look: Look, row: int) -> str:
        """Say what the rule read of the customer."""
        return _values(look, self.names, row)


@dataclass(frozen=True)
class NoHold:
    """The expansion guard: nothing more is sold while its rule holds; one that is unknown holds nothing back."""

    hold_when: Rule
    gate: ClassVar[Gate] = "expansion_guard"

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the rule reads."""
        return self.hold_when.names

    @property
    def rule(self) -> str:
        """Return the rule as the file says it."""
        return f"hold when {' '.join(self.hold_when.text.split())}"

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether the rule is true."""
        held: BoolArray = self.hold_when.evaluate(look.columns, rows=len(look)) == 1
        return held

    def found(self, look: Look, row: int) -> str:
        """Say what the rule read of the customer."""
        return _values(look, self.names, row)


def offer_checks(company: Company, offer: Offer) -> list[Check]:
    """Return the checks that ask about the offer and not about the channel, in their order: eligibility to suitability."""
    sets = (StageNames(each.name, tuple(stage.name for stage in each.stages)) for each in company.stage_sets)
    named = tuple(each for each in sets if set(each.stages) & set(offer.stages))
    checks: list[Check] = []
    if offer.starts_on:
        checks.append(Started(offer.starts_on))
    if offer.ends_on:
        checks.append(NotEnded(offer.ends_on))
    checks.append(InStage(offer.stages, named))
    rules: list[tuple[Gate, Rule]] = [
        ("eligibility", offer.eligibility),
        ("applicability", offer.applicability),
        ("suitability", offer.suitability),
    ]
    return [*checks, *(RuleHolds(gate, rule) for gate, rule in rules if not rule.always)]


def guard_checks(company: Company, offer: Offer) -> list[Check]:
    """Return the check of the expansion guard, if the offer is of a kind it guards."""
    guard = company.expansion_guard
    return [NoHold(guard.hold_when)] if offer.kind in guard.kinds else []


def number_worded(value: float) -> str:
    """Return a number as a rule would write it, with four figures that count.

    >>> number_worded(12.0), number_worded(0.123456), number_worded(1234567.0), number_worded(float("nan"))
    ('12', '0.1235', '1234567', 'not known')
    """
    if value != value:  # NaN
        return _NOT_KNOWN
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _values(look: Look, names: tuple[str, ...], row: int) -> str:
    return ", ".join(f"{name} {number_worded(float(look.columns[name][row]))}" for name in names)


def _stage(stage_set: StageNames, place: float) -> str:
    known = not np.isnan(place) and 0 <= place < len(stage_set.stages)
    return f"{stage_set.name} {stage_set.stages[int(place)] if known else _NOT_KNOWN}"


def _midnight(day: dt.date) -> Timestamp:
    return parse_time(day.isoformat())
