"""What is a figure worth: a ratio of sums, how many stand behind it, and how far chance may have moved it.

Shares, means and rates are all a sum of amounts over a sum of weights. A customer gives many rows (tickets, answers, months at
risk), which are alike, so the error is that of drawing whole customers: linearised, after Kish and Frankel (1974). That of a
share or a score is never taken to be smaller than if each row were a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from models.rows import FloatArray

IntArray: TypeAlias = npt.NDArray[np.int64]

COVERED = 0.95
"""How often an interval holds what customers without end would show."""


@dataclass(frozen=True)
class Scale:
    """Which values a figure may take; `closed` where single answers reach both ends, as shares, scores and stars do."""

    lowest: float
    highest: float
    closed: bool = False


SHARE = Scale(0.0, 1.0, closed=True)


@dataclass(frozen=True)
class Figure:
    """A value, its interval and standard error, the rows behind it and whose they are; NaN where it cannot be told.

    An infinite value is a bound: what was waited for has not come yet, and will not before `low`.
    """

    value: float
    low: float
    high: float
    error: float
    count: int
    customers: int


_NAN = float("nan")
NOTHING = Figure(_NAN, _NAN, _NAN, _NAN, 0, 0)


@dataclass(frozen=True)
class Rows:
    """What a ratio is taken of, an element a row: whose it is, its amount and its weight; `count` of them are to be told of."""

    customers: IntArray
    amounts: FloatArray
    weights: FloatArray
    count: int


def figure_of(rows: Rows, scale: Scale) -> Figure:
    """Return the sum of amounts over the sum of weights, with its interval.

    `customers` of the figure are those with a weight. One customer alone gives a value without an interval.

    Examples
    --------
    >>> found = figure_of(Rows(np.arange(4), np.array([1.0, 1.0, 1.0, 0.0]), np.ones(4), 4), SHARE)
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (0.75, 0.13, 0.98)
    """
    weight = float(rows.weights.sum())
    if weight <= 0:
        return NOTHING
    value = float(rows.amounts.sum()) / weight
    whose = np.unique(rows.customers, return_inverse=True)[1]
    customers = len(np.unique(whose[rows.weights > 0]))
    residuals = rows.amounts - value * rows.weights
    of_customers = np.bincount(whose, residuals).astype(np.float64)
    error = max(_spread(of_customers), _spread(residuals) if scale.closed else 0.0) / weight
    low, high = _interval(value, error, customers=customers, scale=scale)
    return Figure(value, low, high, error, rows.count, customers)


def half_width(customers: float) -> float:
    """Return how many standard errors an interval reaches to each side, with so many customers behind it."""
    return float(stdtrit(max(customers - 1.0, 1.0), 0.5 + COVERED / 2))


def _spread(residuals: FloatArray) -> float:
    count = len(residuals)
    return float(np.sqrt(count / (count - 1) * (residuals**2).sum())) if count > 1 else float("nan")


def _interval(value: float, error: float, *, customers: int, scale: Scale) -> tuple[float, float]:
    if customers < 2:
        return float("nan"), float("nan")
    if scale.closed:
        return _closed_interval(value, error, customers=customers, scale=scale)
    reach = half_width(customers) * error
    return max(value - reach, scale.lowest), min(value + reach, scale.highest)


def _closed_interval(value: float, error: float, *, customers: int, scale: Scale) -> tuple[float, float]:
    """Wilson's interval (1927) for as many answers as the error is worth (Korn and Graubard 1998); all alike count once each."""
    span = scale.highest - scale.lowest
    share, own = (value - scale.lowest) / span, error / span
    worth = share * (1.0 - share) / own**2 if own > 1e-12 else float(customers)
    squared = half_width(customers) ** 2
    middle = (share * worth + squared / 2) / (worth + squared)
    reach = np.sqrt(squared * (share * (1.0 - share) * worth + squared / 4)) / (worth + squared)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    return float(scale.lowest + span * min(low, share)), float(scale.lowest + span * max(high, share))
