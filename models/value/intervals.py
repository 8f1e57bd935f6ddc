"""Between which ends does the money of eight customers in ten come to lie: conformal, by what customers forecast alike brought.

Learned from forecasts made before the money came (split conformal on later snapshots). Customers are put into bins by their
forecast (Mondrian), and within a bin what came is measured in multiples of the forecast: the tail of the few largest is longer in
money, not in multiples. Nothing is supposed about its shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray

COVERED = 0.8
_TAIL = 0.1
_BINS = 20
_FEWEST_IN_A_BIN = 50
_SMALLEST_UNIT = 0.01  # of the mean size of a forecast: the unit where a forecast is about nothing
_SMALLEST_OF_CAME = 1e-9  # of the most that came: where every forecast is about nothing, no multiple of one is beyond numbers


@dataclass(frozen=True)
class Interval:
    """The two ends for each row, in money; `low` at most `high`."""

    low: FloatArray
    high: FloatArray

    def covers(self, came: FloatArray) -> npt.NDArray[np.bool_]:
        """Return for which rows what came lies between the ends, ends included."""
        return np.asarray((self.low <= came) & (came <= self.high))


@dataclass(frozen=True)
class ValueIntervals:
    """What was learned: the upper borders of the bins of forecasts, and each bin's ends in multiples of the forecast's size.

    `unit`: the size in money that a forecast has at least.
    """

    borders: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    unit: float

    def around(self, forecasts: FloatArray) -> Interval:
        """Return the ends for customers of these forecasts.

        Examples
        --------
        >>> learned = ValueIntervals(borders=(10.0,), low=(0.0, 0.5), high=(1.5, 2.0), unit=1.0)
        >>> learned.around(np.array([4.0, 20.0])).high.tolist()
        [6.0, 40.0]
        """
        place, size = np.searchsorted(self.borders, forecasts, side="left"), np.maximum(np.abs(forecasts), self.unit)
        return Interval(np.asarray(self.low)[place] * size, np.asarray(self.high)[place] * size)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ValueIntervals:
        """Return the intervals that `to_json` wrote."""
        return cls(tuple(value["borders"]), tuple(value["low"]), tuple(value["high"]), value["unit"])


def fit_intervals(forecasts: FloatArray, came: FloatArray) -> ValueIntervals:
    """Learn the ends from forecasts and what came after them; at least one row.

    `low` is the 10th percentile and `high` the 90th. Where more than a tenth brought exactly as little as `low`, most often
    nothing, no interval that holds them can leave a tenth below it: then `high` is as much lower as the share below is smaller,
    so that eight in ten lie between the ends in each case, and not nine.
    """
    sizes = _SMALLEST_UNIT * np.abs(forecasts).mean(), _SMALLEST_OF_CAME * np.abs(came).max()
    unit = max(float(max(sizes)), np.finfo(np.float64).tiny)
    bins = int(np.clip(len(forecasts) // _FEWEST_IN_A_BIN, 1, _BINS))
    borders = np.unique(np.quantile(forecasts, np.arange(1, bins) / bins))
    place, multiples = np.searchsorted(borders, forecasts, side="left"), came / np.maximum(np.abs(forecasts), unit)
    known = np.unique(place)  # forecasts of one value may leave a bin empty
    ends = [_ends(np.sort(multiples[place == one])) for one in known]
    return ValueIntervals(
        tuple(borders[known[:-1]].tolist()), tuple(low for low, _ in ends), tuple(high for _, high in ends), unit
    )


def _ends(multiples: FloatArray) -> tuple[float, float]:
    """Return the ends that the next customer of the bin falls between with the wanted chance (the n + 1 of conformal)."""
    count = len(multiples)
    low = multiples[max(int(np.floor((count + 1) * _TAIL)) - 1, 0)]
    below = int(np.searchsorted(multiples, low, side="left"))
    high = multiples[min(below + int(np.ceil((count + 1) * COVERED)), count) - 1]
    return float(low), float(max(low, high))
