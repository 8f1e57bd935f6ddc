"""How do millions of numbers keep their quantiles in little room: counts in steps of 2 %, which add up over buckets.

Values of equal sign share a step if they differ by less than 2 % (Masson et al. 2019, DDSketch), from 1e-9 to 1e15; the value
furthest from zero in each step is kept, so that whole numbers up to fifty come back exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_STEP = np.log(1.02)
_SMALLEST, _GREATEST = (int(np.ceil(np.log(bound) / _STEP)) for bound in (1e-9, 1e15))
_SIDE = _GREATEST - _SMALLEST + 1

Floats = NDArray[np.float64]


def _zeros() -> NDArray[np.int64]:
    return np.zeros(2 * _SIDE + 1, np.int64)


@dataclass(frozen=True)
class Sketch:
    """Counts of values by step, the negative ones first; `furthest` is the greatest distance from zero seen in each step."""

    counts: NDArray[np.int64] = field(default_factory=_zeros)
    furthest: Floats = field(default_factory=lambda: _zeros().astype(np.float64))
    total: float = 0.0

    @classmethod
    def of(cls, values: Floats) -> Sketch:
        """Count finite values."""
        size = np.abs(values)
        step = np.ceil(np.log(np.maximum(size, 1e-300)) / _STEP)
        place = (np.clip(step, _SMALLEST, _GREATEST) - _SMALLEST + 1) * np.sign(values)
        steps = place.astype(np.int64) + _SIDE
        furthest = np.zeros(2 * _SIDE + 1)
        np.maximum.at(furthest, steps, size)
        return cls(np.bincount(steps, minlength=2 * _SIDE + 1), furthest, float(values.sum()))

    def __add__(self, other: Sketch) -> Sketch:
        return Sketch(self.counts + other.counts, np.maximum(self.furthest, other.furthest), self.total + other.total)

    @property
    def rows(self) -> int:
        """How many values were counted."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Return the mean; 0 of nothing."""
        return self.total / max(self.rows, 1)

    @property
    def negative_share(self) -> float:
        """Return the share of values below zero."""
        return float(self.counts[:_SIDE].sum()) / max(self.rows, 1)

    @property
    def zero_share(self) -> float:
        """Return the share of values that are zero."""
        return float(self.counts[_SIDE]) / max(self.rows, 1)

    def quantile(self, share: float) -> float:
        """Return the value that this share of the values does not exceed, exact to 2 %; NaN of nothing.

        >>> Sketch.of(np.arange(1.0, 100.0)).quantile(0.25)
        25.0
        """
        if not self.rows:
            return float("nan")
        reached = np.searchsorted(np.cumsum(self.counts), max(share * self.rows, 1.0))
        return float(np.sign(reached - _SIDE) * self.furthest[reached])
