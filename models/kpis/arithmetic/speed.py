"""How fast does a rate change: its slope over months, and how sure that is.

The same customers stand behind successive months, so the error is that of drawing whole customers. But months differ by more than
customers (a season, a price), which shows in their distance from the line: the wider of the two intervals stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.kpis.arithmetic.figures import half_width
from models.kpis.arithmetic.months import Period
from models.kpis.arithmetic.observations import Observations
from models.rows import FloatArray

FEWEST_MONTHS = 3

_NAN = float("nan")


@dataclass(frozen=True)
class Speed:
    """By how much a rate rises a month, with its interval, over so many months; NaN where there are fewer than three."""

    per_month: float
    low: float
    high: float
    months: int


def speed_of(seen: Observations, months: Sequence[Period]) -> Speed:
    """Return the slope of the rate over the months in which somebody was observed, a month weighing what stands behind it."""
    parts = [(place, seen.within(month.since, month.until)) for place, month in enumerate(months)]
    known = [(place, part) for place, part in parts if part.weights.sum() > 0]
    if len(known) < FEWEST_MONTHS:
        return Speed(_NAN, _NAN, _NAN, len(known))
    line = _Line.through(np.array([float(place) for place, _ in known]), [part for _, part in known])
    reach = max(line.reach_of_customers(), line.reach_of_months())
    return Speed(line.slope, line.slope - reach, line.slope + reach, len(known))


@dataclass(frozen=True)
class _Line:
    """The line of least squares through monthly rates: `pulls` are what each month's rate adds to the slope."""

    months: FloatArray
    parts: Sequence[Observations]
    weights: FloatArray
    rates: FloatArray
    pulls: FloatArray

    @classmethod
    def through(cls, months: FloatArray, parts: Sequence[Observations]) -> _Line:
        weights = np.array([part.weights.sum() for part in parts])
        rates = np.array([part.amounts.sum() for part in parts]) / weights
        centred = months - np.average(months, weights=weights)
        return cls(months, parts, weights, rates, weights * centred / (weights * centred**2).sum())

    @property
    def slope(self) -> float:
        return float(self.pulls @ self.rates)

    def reach_of_customers(self) -> float:
        residuals = [
            pull * (part.amounts - rate * part.weights) / weight
            for pull, rate, weight, part in zip(self.pulls, self.rates, self.weights, self.parts, strict=True)
        ]
        whose: npt.NDArray[np.int64] = np.concatenate([part.customers for part in self.parts])
        of_customers = np.bincount(np.unique(whose, return_inverse=True)[1], np.concatenate(residuals))
        count = len(of_customers)
        return half_width(count) * float(np.sqrt(count / max(count - 1, 1) * (of_customers**2).sum()))

    def reach_of_months(self) -> float:
        middle = np.average(self.months, weights=self.weights), np.average(self.rates, weights=self.weights)
        off = self.rates - middle[1] - self.slope * (self.months - middle[0])
        freedom = len(self.rates) - 2
        spread = (self.weights * off**2).sum() / freedom / (self.weights * (self.months - middle[0]) ** 2).sum()
        return half_width(freedom + 1) * float(np.sqrt(spread))
