"""Where does a value stand among those that customers had: 0 (lowest) to 100."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_RUNGS = 101
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
