"""How do two company files decide in the same logged situations, and what is that worth: recalled once, asked twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from features.company import Company
from features.home import Home
from features.log.store import EventLog
from features.reports.policy import LIVE, NEW, Compared
from features.times import Timestamp
from models.decision import Choices
from models.offer import OfferModel
from models.rows import FloatArray
from training.decided import Decided
from training.policies.actions import Actions
from training.policies.estimates_then import EstimatesThen
from training.policies.groups import Grouping
from training.policies.period import Period
from training.policies.recalled import Recalled, known_of
from training.policies.scores import Said
from training.policies.valued import Logged, Valued
from training.rewards import rewards

Learn: TypeAlias = Callable[[Home, Company, Timestamp], OfferModel | None]
"""Fits an offer model on what was known at a moment; None where that is too little."""

_COMPARED: tuple[Compared, ...] = ("offer_and_channel", "offer")


@dataclass(frozen=True)
class Files:
    """Two company files and the models, by question, that are live."""

    live: Company
    new: Company
    models: Mapping[str, str]

    @property
    def by_name(self) -> Mapping[str, Company]:
        """Return both files by the name of their policy."""
        return {LIVE: self.live, NEW: self.new}


@dataclass(frozen=True)
class Comparison:
    """What both files would have chosen from in each decision, and what that is worth.

    `learned`: an offer model answered. `unpriced`: so many decisions count with their margin alone, their cost not being known.
    """

    decided: Decided
    choices: Mapping[str, Choices]
    groupings: tuple[Grouping, ...]
    valued: Valued
    learned: bool
    unpriced: int


def compare(home: Home, files: Files, period: Period, *, learn: Learn) -> Comparison:
    """Recall the decisions of the period and ask both files about them.

    Pairs of offer and channel are compared; where the log does not support these, offers on whichever channel.
    """
    decided = period.decided(home, files.live)
    said = Said.by(home, files.live, decided, models=files.models)
    recalled = Recalled.of(home, decided, history=period.history, said=said)
    columns = {name: recalled.columns(company) for name, company in files.by_name.items()}
    estimates = EstimatesThen(decided, learn(home, files.live, period.since))
    choices = {name: recalled.choices(company, columns[name], estimates.of(company)) for name, company in files.by_name.items()}
    decisions, brought = decided.decisions, _Brought.of(home, files.live, decided)
    whose = decisions.customer_codes.astype(np.int64)
    logged = Logged(whose, decisions.probability, brought.reward, known_of(columns[LIVE]))
    valued = _Both(period, choices, logged).valued(decided)
    groupings = tuple(recalled.groupings(files.live, columns[LIVE]))
    return Comparison(decided, choices, groupings, valued, estimates.model is not None, brought.unpriced)


@dataclass(frozen=True)
class _Both:
    """What both files choose from, and the log they are valued on."""

    period: Period
    choices: Mapping[str, Choices]
    logged: Logged

    def valued(self, decided: Decided) -> Valued:
        """Value actions as finely as the log supports."""
        tried = [self._as(compared, decided) for compared in _COMPARED]
        return next((valued for valued in tried if not valued.refusals()), tried[-1])

    def _as(self, compared: Compared, decided: Decided) -> Valued:
        actions = Actions.of(decided.decisions, self.choices, compared=compared, lots=self.period.history)
        chances = {name: actions.chances(made, made.probabilities()) for name, made in self.choices.items()}
        return Valued(actions, self.logged, chances[LIVE], chances[NEW])


@dataclass(frozen=True)
class _Brought:
    """What each decision brought, company currency; `unpriced`: of how many the margin alone, since their cost is not known."""

    reward: FloatArray
    unpriced: int

    @classmethod
    def of(cls, home: Home, company: Company, decided: Decided) -> _Brought:
        """Reckon it; of an offer the file knows no more it is what the log says, if it says it."""
        found, logged = rewards(EventLog.open(home), decided.decisions, company), decided.decisions.reward
        net = np.where(np.isfinite(found.net), found.net, logged)
        return cls(np.where(np.isfinite(net), net, found.margin), int((~np.isfinite(net)).sum()))
