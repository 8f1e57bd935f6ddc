"""How well is a customer: the health index of the company file, 0 (ill) to 100 (well), with what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from features.company.business import Health, HealthComponent
from features.errors import InvalidInput
from features.rules.tree import Columns

Band: TypeAlias = Literal["red", "yellow", "green"]
_FULL = 100.0


class HealthColumnsMissing(InvalidInput):
    """The table lacks a feature that a component of health is scored by."""


@dataclass(frozen=True)
class HealthScores:
    """Health of a table's rows: `scores` (n,) and `components` (n, k) from 0 to 100, float64.

    NaN in `components` where the component's feature is missing, in `scores` where all are.
    """

    health: Health
    scores: npt.NDArray[np.float64]
    components: npt.NDArray[np.float64]

    def bands(self) -> dict[Band, int]:
        """Return how many rows are of each colour; who has no score is of none."""
        red, green = self.scores < self.health.red_below, self.scores >= self.health.green_from
        known = ~np.isnan(self.scores)
        return {"red": int(red.sum()), "yellow": int((known & ~red & ~green).sum()), "green": int(green.sum())}

    def row(self, row: int) -> HealthIndex:
        """Return the health of one row."""
        known = ~np.isnan(self.components[row])
        weights = _weights(self.health)[known]
        parts = zip(np.flatnonzero(known), self.components[row][known], weights / weights.sum(), strict=True)
        components = tuple(
            ComponentScore(self.health.components[place].name, float(score), float(weight)) for place, score, weight in parts
        )
        score = None if not components else float(self.scores[row])
        return HealthIndex(score, None if score is None else band(self.health, score), components)


@dataclass(frozen=True)
class ComponentScore:
    """One known part of health: its score, 0 to 100, and the weight it has among the known parts (together 1)."""

    name: str
    score: float
    weight: float


@dataclass(frozen=True)
class HealthIndex:
    """The health of one customer; `score` is the weighted mean of `components`, None (and no band) where none is known."""

    score: float | None
    band: Band | None
    components: tuple[ComponentScore, ...]


def health_scores(health: Health, columns: Columns, *, rows: int) -> HealthScores:
    """Return the health of each of the table's rows.

    A component scores 0 at `worst`, 100 at `best`, straight between and no further; one whose feature is missing is left out,
    and the weights of the others share its part.

    Parameters
    ----------
    columns
        Name to a floating column of length `rows`, NaN where missing; every component's feature must be there.

    Raises
    ------
    HealthColumnsMissing
        If a component's feature is no column.
    """
    if lacking := sorted({one.feature for one in health.components} - set(columns)):
        raise HealthColumnsMissing(f"needed the columns {', '.join(lacking)} for the health index, found a table without them")
    components = np.empty((rows, len(health.components)))
    for place, component in enumerate(health.components):
        components[:, place] = _component(component, np.asarray(columns[component.feature], np.float64))
    weights = np.where(np.isnan(components), 0.0, _weights(health))
    with np.errstate(invalid="ignore"):
        scores = _added(np.nan_to_num(components) * weights) / _added(weights)
    return HealthScores(health, scores, components)


def band(health: Health, score: float) -> Band:
    """Return the colour of a score: red below `red_below`, green from `green_from` on, yellow between."""
    if score < health.red_below:
        return "red"
    return "green" if score >= health.green_from else "yellow"


def _component(component: HealthComponent, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    share = (values - component.worst) / (component.best - component.worst)
    scores: npt.NDArray[np.float64] = np.clip(share, 0.0, 1.0) * _FULL
    return scores


def _added(parts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Add the columns one after the other: a sum along rows may round otherwise for one row than for many."""
    return reduce(np.add, parts.T)


def _weights(health: Health) -> npt.NDArray[np.float64]:
    return np.array([component.weight for component in health.components])
