"""What was reckoned of every candidate for every customer, and which offer comes first: arrays that all counts are taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.decision import GATES as ALL_GATES
from models.decision import Candidate, Choices
from models.rows import BoolArray, FloatArray

Places: TypeAlias = npt.NDArray[np.intp]

GATES: tuple[str, ...] = tuple(gate for gate in ALL_GATES if gate != "arbitration")
"""The gates in the order in which they are asked."""

RELEVANT_FROM = 3
"""An offer that comes so far is relevant: what may withhold it still is not about whether it fits."""

PASSED = len(GATES)
"""How far a candidate comes that no gate withholds."""

NOBODY = -1
"""The place of the first offer where nothing comes first."""


@dataclass(frozen=True)
class Contenders:
    """The candidates of everybody: a row a customer, a column a candidate, in the order of `candidates`.

    `reached`: the place in `GATES` of the first gate that withholds it, `PASSED` where none does. `factors`: what the priority is
    made of, by name (`effect`, `value`, `context`, `lever`); `cost` is taken off their product. NaN where that cannot be known.
    """

    candidates: tuple[Candidate, ...]
    reached: npt.NDArray[np.int8]
    factors: Mapping[str, FloatArray]
    cost: FloatArray

    @classmethod
    def of(cls, choices: Choices) -> Contenders:
        """Take what was chosen from for a table of customers."""
        checks, shape = choices.policy.checks, choices.gates.first.shape
        gate_of = np.array([*(GATES.index(check.gate) for check in checks), PASSED], dtype=np.int8)  # -1 looks up the last
        found = choices.weighed
        factors = {"effect": found.effect, "value": found.value, "context": found.context_weight, "lever": found.lever}
        return cls(
            choices.policy.candidates,
            gate_of[choices.gates.first],
            {name: np.broadcast_to(factor, shape) for name, factor in factors.items()},
            np.broadcast_to(found.cost, shape),
        )

    def where(self, mask: BoolArray) -> Contenders:
        """Return the rows of a mask."""
        factors = {name: factor[mask] for name, factor in self.factors.items()}
        return Contenders(self.candidates, self.reached[mask], factors, self.cost[mask])

    def __len__(self) -> int:
        return len(self.reached)

    @cached_property
    def passed(self) -> BoolArray:
        """Return which candidates no gate withholds."""
        return np.asarray(self.reached == PASSED)

    @cached_property
    def priority(self) -> FloatArray:
        """Return what each candidate is worth, company currency; NaN where it is withheld or that cannot be known."""
        return self.weighed(self.factors)

    def weighed(self, factors: Mapping[str, FloatArray]) -> FloatArray:
        """Return the priorities with these factors in place of its own."""
        product = np.ones(self.cost.shape)
        for factor in factors.values():
            product = product * factor
        return np.where(self.passed, product - self.cost, np.nan)

    @cached_property
    def offer_ids(self) -> tuple[str, ...]:
        """Return the offers of the candidates, each once, in their order."""
        return tuple(dict.fromkeys(candidate.offer.id for candidate in self.candidates))

    @cached_property
    def offer_of(self) -> Places:
        """Return the place in `offer_ids` of each candidate's offer."""
        return np.array([self.offer_ids.index(candidate.offer.id) for candidate in self.candidates], dtype=np.intp)

    def by_offer(self, columns: npt.NDArray[np.generic], *, nowhere: float) -> FloatArray:
        """Return the best of each offer's candidates, a column an offer; `nowhere` for NaN."""
        known = np.where(np.isnan(columns), nowhere, columns)
        return np.column_stack([known[:, self.offer_of == place].max(axis=1) for place in range(len(self.offer_ids))])

    def first(self, priority: FloatArray) -> Places:
        """Return the place of the offer that comes first for each customer, `NOBODY` where none is worth more than nothing.

        Of equals the first in the file comes first, `nothing` before all.
        """
        best = self.by_offer(priority, nowhere=-np.inf)
        return np.where(best.max(axis=1) > 0, best.argmax(axis=1), NOBODY)
