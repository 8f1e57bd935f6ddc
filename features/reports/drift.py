"""What does monitoring say of drift: how far each column moved, and what that does to decisions; a part of its report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column moved.

    `effect` of a number: the chance that a value of now exceeds one of then (0.5: not moved); it moved if it lies `effect_limit`
    or more from there. `d`: Cohen's d of normal columns with that effect. `share`: the largest change of the share of customers
    on one side of a value, of a category the share in another one; it moved from `share_limit` on. `psi`: the population
    stability index, only as a familiar figure.
    """

    name: str
    kind: Literal["number", "category"]
    effect: float | None
    effect_limit: float | None
    d: float | None
    share: float
    share_limit: float
    psi: float
    moved: bool
    missing_before: float
    missing_after: float
    missing_limit: float
    went_missing: bool

    @property
    def drifted(self) -> bool:
        """Say whether its values moved, or its missing share."""
        return self.moved or self.went_missing

    @property
    def beyond(self) -> float:
        """Return how many times its limit it moved, its values or its missing share, whichever is more."""
        order = 0.0 if self.effect is None or self.effect_limit is None else abs(self.effect - 0.5) / self.effect_limit
        missing = abs(self.missing_after - self.missing_before) / self.missing_limit
        return max(order, self.share / self.share_limit, missing)


@dataclass(frozen=True)
class DriftWindow:
    """What is compared: customers of then and of now, column by column, for one model.

    Features: `reference` is the newest snapshot the model learned from. Scores: what the model said when it went live. `tests`
    share the chance of any false alarm.
    """

    what: Literal["features", "scores"]
    model: str
    population: str
    reference_as_of: str
    current_as_of: str
    reference_customers: int
    current_customers: int
    tests: int
    columns: list[ColumnDrift]

    @property
    def drifted(self) -> list[ColumnDrift]:
        """Return the columns that moved, in their order."""
        return [column for column in self.columns if column.drifted]


@dataclass(frozen=True)
class Undone:
    """What the drift does to decisions: with the drifted columns put back, the share of customers decided otherwise.

    `changed`: by decision (`band`, `list`, `category`, `stage`), all drifted columns put back. `alone`: the largest of these
    shares with one column put back, for those that moved most.
    """

    model: str
    customers: int
    drifted: int
    changed: dict[str, float]
    limits: dict[str, float]
    alone: dict[str, float]

    @property
    def changes_decisions(self) -> bool:
        """Say whether any share lies above its limit."""
        return any(share > self.limits[decision] for decision, share in self.changed.items())
