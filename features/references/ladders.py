"""Where does a value stand among those that customers had, or that customers of like tenure had: 0 (lowest) to 100."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

TENURE_BANDS_DAYS = (30.0, 90.0, 180.0, 365.0, 730.0)
"""Where one tenure band ends and the next begins; prospects, who have no tenure, are a band of their own, the last."""

_BANDS = len(TENURE_BANDS_DAYS) + 2
_RUNGS = 101
_FEWEST = 30
_FULL = 100.0


@dataclass(frozen=True)
class Ladder:
    """Values that customers had, ascending: at most 101 of them, at even steps of rank. None where nobody had a value."""

    rungs: tuple[float, ...]

    @classmethod
    def of(cls, values: npt.NDArray[np.floating[Any]]) -> Ladder:
        """Return the ladder of these values; missing ones do not count."""
        known = np.asarray(values, np.float64)[~np.isnan(values)]
        steps = np.linspace(0.0, 1.0, min(_RUNGS, known.size))
        return cls(tuple(np.quantile(known, steps, method="nearest").tolist()) if known.size else ())

    def percentile(self, values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        """Return the share of the ladder below each value, equal rungs counting half, 0 to 100; NaN stays NaN.

        Below every rung is 0, above every rung 100; without rungs all are NaN.

        >>> Ladder((0.0, 0.0, 1.0, 4.0)).percentile(np.array([-1.0, 0.0, 2.0, 9.0])).tolist()
        [0.0, 25.0, 75.0, 100.0]
        """
        rungs = np.array(self.rungs, dtype=np.float64)
        if not rungs.size:
            return np.full(len(values), np.nan, np.float32)
        below, up_to = np.searchsorted(rungs, values, side="left"), np.searchsorted(rungs, values, side="right")
        share = (below + up_to) / (2 * rungs.size) * _FULL
        return np.where(np.isnan(values), np.nan, share).astype(np.float32)


@dataclass(frozen=True)
class BandedLadders:
    """One feature's ladder in each tenure band, and among everybody, which serves a band of fewer than 30 known values."""

    bands: tuple[Ladder, ...]
    everybody: Ladder

    @classmethod
    def of(cls, values: npt.NDArray[np.floating[Any]], bands: npt.NDArray[np.int64]) -> BandedLadders:
        """Return the ladders of values whose customers are in these tenure bands."""
        everybody = Ladder.of(values)
        groups = [values[bands == band] for band in range(_BANDS)]
        return cls(tuple(Ladder.of(group) if _known(group) >= _FEWEST else everybody for group in groups), everybody)

    def percentile(self, values: npt.NDArray[np.floating[Any]], bands: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return each value's percentile in its band."""
        percentiles = np.empty(len(values), np.float32)
        for band, ladder in enumerate(self.bands):
            here = bands == band
            percentiles[here] = ladder.percentile(values[here])
        return percentiles


def tenure_bands(tenure_days: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    """Return the band of each tenure: 0 below 30 days, then 90, 180, 365, 730, 5 beyond; 6 for prospects (NaN).

    >>> tenure_bands(np.array([0.0, 29.9, 30.0, 5000.0, np.nan])).tolist()
    [0, 0, 1, 5, 6]
    """
    bands = np.searchsorted(TENURE_BANDS_DAYS, tenure_days, side="right")
    return np.where(np.isnan(tenure_days), _BANDS - 1, bands)


def _known(values: npt.NDArray[np.floating[Any]]) -> int:
    return int((~np.isnan(values)).sum())
