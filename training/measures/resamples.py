"""How sure is a figure: intervals from draws of whole customers, paired between models that answered about the same rows.

A customer has many rows (one a month), so whole customers are drawn, not rows. Every model graded on the same `Resamples` is
graded on the same draws, so the interval of a difference is a paired one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray

Draws: TypeAlias = Mapping[str, FloatArray]
"""A measure's values: on the rows as they are first, then on each resample."""

_COVERED = (2.5, 97.5)
_AT_ONCE = 16


@dataclass(frozen=True)
class Estimate:
    """A measure and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """Return the figure with its interval, as people read it.

        >>> Estimate(0.29604, 0.28, 0.312).text
        '0.2960 [0.2800, 0.3120]'
        """
        digits = 2 if abs(self.value) >= 10 else 4
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"


@dataclass(frozen=True)
class Resamples:
    """Draws of whole customers, with replacement, for a fixed set of rows.

    `customers` is a code per row. Two `Resamples` of equal rows, count and seed draw the same.
    """

    customers: npt.NDArray[np.int32]
    count: int
    seed: int

    def weights(self, order: npt.NDArray[np.intp]) -> Iterator[FloatArray]:
        """Give, a few draws at a time, how often each row of `order` was drawn; the very first draw is all ones."""
        for start in range(0, len(self._drawn), _AT_ONCE):
            yield self._drawn[start : start + _AT_ONCE][:, self._codes[order]].astype(np.float64)

    @cached_property
    def _codes(self) -> npt.NDArray[np.intp]:
        return np.unique(self.customers, return_inverse=True)[1]

    @cached_property
    def _drawn(self) -> npt.NDArray[np.uint8]:
        rng, known = np.random.default_rng(self.seed), int(self._codes.max(initial=-1)) + 1
        drawn = np.ones((1 + self.count, known), dtype=np.uint8)  # nobody is drawn 256 times in as many draws as customers
        for draw in drawn[1:]:
            draw[:] = np.bincount(rng.integers(known, size=known), minlength=known)
        return drawn


def estimates(draws: Draws) -> dict[str, Estimate]:
    """Return each measure with the interval that covers 95 % of its resamples; one that cannot be taken is left out."""
    return {name: estimate(values) for name, values in draws.items() if np.isfinite(values[0])}


def differences(first: Draws, second: Draws) -> dict[str, Estimate]:
    """Return each measure of the first less that of the second, paired draw by draw."""
    return estimates({name: first[name] - second[name] for name in first})


def estimate(values: FloatArray) -> Estimate:
    """Return a figure, the first of the values, with the interval that covers 95 % of the others."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, _COVERED) if drawn.size else (values[0], values[0])
    return Estimate(float(values[0]), float(low), float(high))
