"""Who may be made which offers, what each would bring, and which is best: for one customer and for a hundred thousand alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.decision.arbitration import Weighed, weighed
from models.decision.draw import probabilities
from models.decision.fits import Fits
from models.decision.gates.look import Look
from models.decision.gates.passing import Gates, gates
from models.decision.policy import Policy
from models.decision.situations import Situations
from models.rows import BoolArray, FloatArray

NO_OFFER = -1
"""The place that stands for `nothing` among the places of candidates."""
Choice: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Choices:
    """Candidates of a company file for a table of customers: gates passed, priorities, and what follows from both.

    `fits`: which parts of the rules hold.
    """

    policy: Policy
    look: Look
    gates: Gates
    weighed: Weighed
    fits: Fits

    @cached_property
    def eligible(self) -> BoolArray:
        """Which candidates can be drawn, beside `nothing`: those that passed all gates and whose priority is known."""
        eligible: BoolArray = self.gates.passed & ~np.isnan(self.weighed.priority)
        return eligible

    @cached_property
    def best(self) -> Choice:
        """The place of the candidate first by priority, one a customer; `NO_OFFER` where none is above `nothing`."""
        return best_of(self.weighed.priority, self.eligible)

    @cached_property
    def ranking(self) -> tuple[int, ...]:
        """The places of the one customer's eligible candidates, the best channel of each offer, first by priority first.

        Of equal priorities the one earlier in the file comes first.
        """
        priority, offer_of = self.weighed.priority[0].tolist(), self.policy.offer_of
        best: dict[int, int] = {}
        for place in sorted(np.flatnonzero(self.eligible[0]).tolist(), key=lambda place: (-priority[place], place)):
            best.setdefault(offer_of[place], place)
        return tuple(best.values())

    def of_row(self, row: int) -> Choices:
        """Return the choices for one customer: those of a table of one row, which has gone through the gates with all others."""
        look = Look.at(self.look.situations.of_row(row), self.policy.names)
        passed = Gates(self.policy, look, self.gates.first[row : row + 1])
        return Choices(self.policy, look, passed, self.weighed.of_row(row), self.fits.of_row(row))

    def probabilities(self) -> FloatArray:
        """Return how likely each choice is drawn, shape (customers, 1 + candidates): `nothing` first; each row adds up to 1."""
        return probabilities(self.eligible, self.best, shares=self.policy.shares)


def choose(policy: Policy, situations: Situations) -> Choices:
    """Let every candidate through the gates and weigh it, for every customer of the table."""
    look = Look.at(situations, policy.names)
    return Choices(policy, look, gates(policy, look), weighed(policy, look), Fits(look))


def best_of(priority: FloatArray, eligible: BoolArray) -> Choice:
    """Return the place of the greatest priority among the eligible, one a row; `NO_OFFER` where none is above 0.

    Of equal ones the first of the file wins, and `nothing` before all.

    >>> best_of(np.array([[1.0, 3.0, 3.0], [0.0, -1.0, np.nan]]), np.ones((2, 3), bool)).tolist()
    [1, -1]
    """
    offered = np.where(eligible & (priority > 0.0), priority, -np.inf)
    with_nothing = np.concatenate([np.zeros((len(priority), 1)), offered], axis=1)
    best: Choice = np.argmax(with_nothing, axis=1) - 1
    return best
