"""What does a company file say about deciding: its candidates, what each must pass, and the figures that weigh it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from features.company.offers import Offer
from features.company.schema import Company
from models.decision.candidates import Candidate, candidates
from models.decision.gates.checks import guard_checks, offer_checks
from models.decision.gates.contact_policy import cap_checks, consent_checks, pause_checks
from models.decision.gates.gate import Check
from models.decision.situations import LANGUAGE
from models.rows import FloatArray

SCORES_WEIGHED = ("churn_probability", "expected_margin")
"""The scores that weigh retention offers, whether a rule names them or not."""


@dataclass(frozen=True)
class Shares:
    """Which part of customers is the control group, for good, and which part of the other decisions explores."""

    control: float
    explore: float


@dataclass(frozen=True)
class Policy:
    """A company file read for deciding; make it once with `of`, and keep it for as long as the file is in force.

    `checks`: every check of the file once. `asked`: for each candidate the places of its checks, in the order in which they are
    asked. `offer_of`: for each candidate the place of its offer in the file.
    """

    company: Company
    sha256: str
    candidates: tuple[Candidate, ...]
    checks: tuple[Check, ...]
    asked: tuple[tuple[int, ...], ...]
    offer_of: tuple[int, ...]

    @classmethod
    def of(cls, company: Company) -> Policy:
        """Read a company file for deciding."""
        pairs = candidates(company)
        lists = [_checks(company, pair) for pair in pairs]
        checks = tuple(dict.fromkeys(chain.from_iterable(lists)))
        places = {check: place for place, check in enumerate(checks)}
        asked = tuple(tuple(places[check] for check in each) for each in lists)
        ids = [offer.id for offer in company.offers]
        return cls(company, company.sha256, pairs, checks, asked, tuple(ids.index(pair.offer.id) for pair in pairs))

    @property
    def shares(self) -> Shares:
        """Return the shares of control and exploration."""
        return Shares(self.company.control_share, self.company.exploration_share)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that deciding reads, sorted."""
        read = chain.from_iterable(check.names for check in self.checks)
        return tuple(sorted({*read, *SCORES_WEIGHED, LANGUAGE}))

    @cached_property
    def candidate_names(self) -> tuple[str, ...]:
        """The name of each candidate."""
        return tuple(pair.name for pair in self.candidates)

    @cached_property
    def channels_of(self) -> tuple[int, ...]:
        """How many candidates each offer of the file has."""
        return tuple(self.offer_of.count(place) for place in range(len(self.company.offers)))

    @cached_property
    def levers(self) -> FloatArray:
        """The factor by which the business moves each candidate: percentages of offer, kind and group added up, never below 0."""
        return np.array([lever_factor(self.company, pair.offer) for pair in self.candidates])

    @cached_property
    def offer_starts(self) -> npt.NDArray[np.intp]:
        """The place of the first candidate of each offer; its other channels follow."""
        return np.flatnonzero(np.diff(self.offer_of, prepend=-1))

    def context_weights(self, context: str | None) -> FloatArray:
        """Return the factor of each candidate on this occasion; 1 where the file says none."""
        weights = [pair.offer.context_weights.get(context, 1.0) if context else 1.0 for pair in self.candidates]
        return np.array(weights)

    def place(self, offer_id: str, channel: str) -> int | None:
        """Return the place of a candidate, None if the file has no such pair."""
        names = [(pair.offer.id, pair.channel.name) for pair in self.candidates]
        return names.index((offer_id, channel)) if (offer_id, channel) in names else None


def lever_factor(company: Company, offer: Offer) -> float:
    """Return `1 + (offer + kind + group) / 100`, all in percent, and 0 where that is below.

    The percentages add up before they become a factor, so +50 and -20 make 1.3 and not 1.2.
    """
    percent = offer.lever_percent + company.levers.kinds.get(offer.kind, 0.0) + company.levers.groups.get(offer.group, 0.0)
    return max(0.0, 1.0 + percent / 100.0)


def _checks(company: Company, pair: Candidate) -> list[Check]:
    return [
        *offer_checks(company, pair.offer),
        *consent_checks(pair.channel),
        *cap_checks(company, pair.channel),
        *pause_checks(company, pair.offer),
        *guard_checks(company, pair.offer),
    ]
