"""How sure is a chance to leave: the interval for the rate at which customers scored alike leave, learned at past moments.

At each past moment customers were sorted into tenths by their score, and the share of each tenth that left was compared with what
had been said. Three things move that share away from what was said: the level of the whole period (a season, a price), which all
tenths of a moment share; an error of the model; and chance, since a tenth is only so many customers. The last is known from the
binomial law, the first two are taken together, in log-odds, from the past. A few past moments say little of the periods to come,
so that part is Student's, with as many degrees of freedom as there were moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.learners.blend import to_log_odds
from models.learners.special import expit
from models.rows import FloatArray

COVERED = 0.8
"""The share of such tenths whose rate is to fall inside."""

_TENTHS = 10
_KNOTS = np.linspace(-7.0, 7.0, 57)
_FIELDS = ("said", "left", "customers")
_SMALLEST = 1e-6
_WIDEST = 4.0  # log-odds; beyond, an interval says nothing any more


@dataclass(frozen=True)
class Tenth:
    """Customers of one past moment who were scored alike: how many, their mean chance, and the share that left."""

    customers: int
    said: float
    left: float


@dataclass(frozen=True)
class RateInterval:
    """The interval as two rising curves over the log-odds served: `low` and `high` are chances at each of `knots`.

    `horizon_days`: of which chance. The point itself is always inside.
    """

    horizon_days: int
    knots: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def bounds(self, log_odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the low and the high end as chances, one a row, for the log-odds that are served."""
        point = expit(log_odds)
        low = np.minimum(np.interp(log_odds, self.knots, self.low), point)
        high = np.maximum(np.interp(log_odds, self.knots, self.high), point)
        return np.asarray(low), np.asarray(high)

    def holds(self, tenth: Tenth) -> bool:
        """Say whether the share that left of customers scored alike is inside."""
        low, high = self.bounds(to_log_odds(np.array([tenth.said])))
        return bool(low[0] <= tenth.left <= high[0])

    def to_json(self) -> dict[str, Any]:
        """Return the curves as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RateInterval:
        """Return the interval that `to_json` wrote."""
        return cls(value["horizon_days"], *(tuple(value[name]) for name in ("knots", "low", "high")))


def tenths_of(chances: FloatArray, left: FloatArray) -> list[Tenth]:
    """Return the customers of one moment in ten equal parts by their chance, the lowest first; fewer parts where they are few.

    >>> [tenth.customers for tenth in tenths_of(np.linspace(0, 1, 30), np.zeros(30))]
    [15, 15]
    """
    order = np.argsort(chances, kind="stable")
    parts: list[npt.NDArray[np.intp]] = np.array_split(order, max(1, min(_TENTHS, len(order) // (_TENTHS + 5))))
    return [Tenth(len(part), float(chances[part].mean()), float(left[part].mean())) for part in parts if len(part)]


def fit_interval(moments: Sequence[Sequence[Tenth]], *, horizon_days: int) -> RateInterval:
    """Learn the interval from the tenths of past moments, of which there must be one at least."""
    from scipy.stats import norm, t

    size = float(np.mean([tenth.customers for tenths in moments for tenth in tenths]))
    spread, tail = _Spread.of(moments), 0.5 + COVERED / 2
    chance = _variance_by_chance(expit(_KNOTS), np.full(len(_KNOTS), size))
    variance = norm.ppf(tail) ** 2 * (chance + spread.model) + t.ppf(tail, df=len(moments)) ** 2 * spread.period
    half = np.minimum(np.sqrt(variance), _WIDEST)
    low = np.maximum.accumulate(_whole(expit(_KNOTS - half), size))
    high = np.minimum.accumulate((1.0 - _whole(expit(-_KNOTS - half), size))[::-1])[::-1]
    return RateInterval(horizon_days, tuple(_KNOTS.tolist()), tuple(low.tolist()), tuple(high.tolist()))


@dataclass(frozen=True)
class _Spread:
    """Variances in log-odds beyond chance: of a whole moment's level, and of a tenth within its moment."""

    period: float
    model: float

    @classmethod
    def of(cls, moments: Sequence[Sequence[Tenth]]) -> _Spread:
        """Take them by the method of moments of DerSimonian and Laird (1986), a tenth weighing what it tells."""
        found = [_Told.of(tenths) for tenths in moments]
        period = float(np.mean([told.level**2 - 1 / told.weights.sum() for told in found]))
        excess, scale = sum(told.excess for told in found), sum(told.scale for told in found)
        return cls(max(period, 0.0), max(excess / scale, 0.0) if scale > 0 else 0.0)


@dataclass(frozen=True)
class _Told:
    """One moment: how far each tenth's share is from what was said, in log-odds, and how much each tells of it."""

    distances: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, tenths: Sequence[Tenth]) -> _Told:
        said, left, customers = (np.array([getattr(tenth, name) for tenth in tenths], float) for name in _FIELDS)
        shares = [(share * customers + 0.5) / (customers + 1.0) for share in (left, said)]  # half a customer keeps it finite
        return cls(to_log_odds(shares[0]) - to_log_odds(shares[1]), np.maximum(customers * said * (1.0 - said), _SMALLEST))

    @property
    def level(self) -> float:
        """Return how far the whole moment lay off."""
        return float(self.weights @ self.distances / self.weights.sum())

    @property
    def excess(self) -> float:
        """Return how much more the tenths differ from their moment than chance would have them."""
        return float(self.weights @ (self.distances - self.level) ** 2) - (len(self.weights) - 1)

    @property
    def scale(self) -> float:
        """Return by how much a variance of 1 between tenths would add to the excess."""
        total = float(self.weights.sum())
        return total - float(self.weights @ self.weights) / total


def _variance_by_chance(chances: FloatArray, customers: FloatArray) -> FloatArray:
    """Return the variance of the log-odds of a share of so many customers who leave with that chance each."""
    return np.asarray(1.0 / (customers * chances * (1.0 - chances) + 1.0))


def _whole(shares: FloatArray, size: float) -> FloatArray:
    """Return the shares, none where it is less than half a customer of a tenth."""
    return np.where(shares * size < 0.5, 0.0, shares)
