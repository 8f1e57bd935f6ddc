"""Which offers may be made to which customers: for every customer and candidate the first check that withholds, if any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.decision.gates.gate import Check
from models.decision.gates.look import Look
from models.decision.policy import Policy
from models.rows import BoolArray

PASSED = -1
Firsts: TypeAlias = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Gates:
    """How the candidates of a company file came through, for a table of customers.

    `first`: shape (customers, candidates); the place in `policy.checks` of the first check that withholds, `PASSED` if none does.
    """

    policy: Policy
    look: Look
    first: Firsts

    @property
    def passed(self) -> BoolArray:
        """Return which candidates passed every gate, shape (customers, candidates)."""
        passed: BoolArray = self.first == PASSED
        return passed

    def check(self, row: int, place: int) -> Check | None:
        """Return the check that withholds a candidate from a customer, None if it passed."""
        first = int(self.first[row, place])
        return None if first == PASSED else self.policy.checks[first]


def gates(policy: Policy, look: Look) -> Gates:
    """Let every candidate of the file through its checks in their order, for every customer."""
    answers = _Answers(policy, look)
    first = np.full((len(look), len(policy.candidates)), PASSED, np.int16)
    for place, asked in enumerate(policy.asked):
        for check in answers.through(asked):
            first[slice(None) if check.withheld is None else check.withheld, place] = check.place
    return Gates(policy, look, first)


def withheld_from(policy: Policy, look: Look, *, place: int) -> BoolArray:
    """Say from whom any gate withholds one candidate, one element a customer."""
    found = np.zeros(len(look), bool)
    for check in _Answers(policy, look).through(policy.asked[place]):
        found |= True if check.withheld is None else check.withheld
    return found


@dataclass(frozen=True)
class _Withheld:
    """The check at a place of the policy, and from whom it is the first to withhold; None: from everybody of the table."""

    place: int
    withheld: BoolArray | None


@dataclass(frozen=True)
class _Answers:
    """What each check says, computed when first asked: a check that no customer reaches costs nothing.

    That a check says the same of everybody is noted once, which spares each candidate the arithmetic: of one customer it always
    does.
    """

    policy: Policy
    look: Look
    known: dict[int, BoolArray | bool] = field(default_factory=dict)

    def through(self, asked: tuple[int, ...]) -> Iterator[_Withheld]:
        """Give, check after check, the customers it is the first to withhold from."""
        left: BoolArray | None = None
        for place in asked:
            says = self.says(place)
            if says is False:
                continue
            if says is True:
                yield _Withheld(place, left)
                return
            yield _Withheld(place, says if left is None else left & says)
            left = ~says if left is None else left & ~says
            if not left.any():
                return

    def says(self, place: int) -> BoolArray | bool:
        """Return whom the check withholds from: everybody (True), nobody (False) or these."""
        if place not in self.known:
            answer = self.policy.checks[place].withholds(self.look)
            anybody = bool(answer.any())
            self.known[place] = anybody if not anybody or answer.all() else answer
        return self.known[place]
