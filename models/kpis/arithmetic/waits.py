"""How long does it take until something happens, where for some it has not happened yet: the curve of Kaplan and Meier (1958).

Who still waits counts as waiting for as long as they were watched, and is not left out. The interval of the median is that of
Brookmeyer and Crowley (1982), on the log-log scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from models.kpis.arithmetic.figures import COVERED, NOTHING, Figure
from models.kpis.arithmetic.observations import Staged
from models.rows import BoolArray, FloatArray

_HALF = 0.5
_REACH = float(ndtri(0.5 + COVERED / 2))


@dataclass(frozen=True)
class Waits(Staged):
    """One row per customer who began to wait at `times`: after how many days it happened, or for how long they were watched."""

    days: FloatArray
    happened: BoolArray

    def figure(self) -> Figure:
        """Return the median of the days, which is infinite where it has happened to fewer than half."""
        if not len(self):
            return NOTHING
        value, low, high = waiting_curve(self).median
        error = (high - low) / (2 * _REACH) if np.isfinite(value + high) else float("nan")
        return Figure(value, low, high, error, len(self), len(np.unique(self.customers)))

    def share_by(self, day: float) -> Figure:
        """Return the share to whom it happened within so many days; nothing where nobody was watched for so long."""
        if not len(self) or self.days.max() < day:
            return NOTHING
        curve = waiting_curve(self)
        place = int(np.searchsorted(curve.days, day, side="right")) - 1
        value, low, high = (1.0 - float(each[place]) if place >= 0 else 0.0 for each in (curve.waiting, curve.high, curve.low))
        return Figure(value, low, high, float("nan"), len(self), len(np.unique(self.customers)))


@dataclass(frozen=True)
class WaitingCurve:
    """The share still waiting after each of `days` on which it happened to somebody, ascending; `watched`: the longest watch."""

    days: FloatArray
    waiting: FloatArray
    low: FloatArray
    high: FloatArray
    watched: float

    @property
    def median(self) -> tuple[float, float, float]:
        """Return the day by which it has happened to half, and its interval; infinite where it has not.

        What is certain even then is that half were not there when the watch ended.
        """
        value, low, high = (self._first_at_half(curve) for curve in (self.waiting, self.low, self.high))
        return value, min(low, self.watched), high

    def _first_at_half(self, curve: FloatArray) -> float:
        reached = np.flatnonzero(curve <= _HALF)
        return float(self.days[reached[0]]) if len(reached) else float("inf")


def waiting_curve(waits: Waits) -> WaitingCurve:
    """Return who still waits, day by day. On one day, what happens comes before the end of a watch.

    Examples
    --------
    >>> from models.kpis.arithmetic.observations import Staged
    >>> rows = np.arange(4), np.zeros(4, np.int8), np.zeros(4, np.int64)
    >>> curve = waiting_curve(Waits(*rows, days=np.array([1.0, 2.0, 2.0, 5.0]), happened=np.array([True, True, False, True])))
    >>> curve.days.tolist(), curve.waiting.tolist(), curve.median[0]
    ([1.0, 2.0, 5.0], [0.75, 0.5, 0.0], 2.0)
    """
    days, happened = np.unique(waits.days[waits.happened], return_counts=True)
    watched = len(waits) - np.searchsorted(np.sort(waits.days), days, side="left")
    waiting = np.cumprod(1.0 - happened / watched, dtype=np.float64)
    low, high = _bounds(waiting, np.asarray(happened / np.maximum(watched * (watched - happened), 1e-300), dtype=np.float64))
    return WaitingCurve(days, waiting, low, high, float(waits.days.max()))


def _bounds(waiting: FloatArray, greenwood: FloatArray) -> tuple[FloatArray, FloatArray]:
    inside = (waiting > 0.0) & (waiting < 1.0)
    log = np.log(np.where(inside, waiting, _HALF))
    reach = _REACH * np.sqrt(np.cumsum(np.where(inside, greenwood, 0.0))) / np.abs(log)
    low, high = (np.where(inside, np.exp(log * np.exp(sign * reach)), waiting) for sign in (1.0, -1.0))
    return low, high
