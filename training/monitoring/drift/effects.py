"""How far did a column move between two samples, and from where on is it no chance: effects that mean the same at any size.

Two effects are taken, so neither outliers nor units count. Of order: the chance that a value of now exceeds one of then, ties
counting half; it sees a column that shifts. Of shares: by how much the share of customers on one side of any value changed; it
sees one that widens, splits, or piles up, too. What chance alone does to them is bounded for every sample size and distribution:

    P(|effect of order - 1/2| >= t)  <=  2 exp(-6 t^2 n m / (n + m + 1)).

Why: without ties, n m times the effect is the Mann-Whitney statistic U. Add to it independent uniform draws from 0 to i - 1, for
i from 1 to n, and the sum is distributed as one of uniform draws from 0 to m + i - 1 (its generating function is the Gaussian
binomial coefficient). As log(sinh(x) / x) is a concave function of x squared with slope at most 1/6, log E exp(s (U - n m / 2))
is at most s squared / 2 times the variance of U, n m (n + m + 1) / 12; the bound is Chernoff's. With ties the effect is the mean
over all ways of breaking them, and by Jensen's inequality the bound stands. A difference of shares is twice such an effect, of a
column of two values; the largest of several differences is bounded by the sum of their chances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from models.rows import FloatArray

SMALLEST_D = 0.2
"""By convention a small effect, in standard deviations (Cohen 1988); less is not worth a person's time."""

FALSE_ALARMS = 0.01
"""The chance that chance alone moves anything in a window, shared by all its tests."""

LOG_TWO = float(np.log(2))

_MANY_CODES = 50
_SUREST = 1e-6  # a chance of 0 or 1 from finite samples is not one


def smallest_effect(d: float = SMALLEST_D) -> float:
    """Return how far from 1/2 the effect of two normal columns lies that are `d` standard deviations apart.

    >>> round(smallest_effect(), 4)
    0.0562
    """
    return float(norm.cdf(d / np.sqrt(2)) - 0.5)


def exceeding(now: FloatArray, then: FloatArray) -> float:
    """Return the chance that a value of now exceeds one of then, ties counting half; 0.5 where either sample is empty.

    >>> exceeding(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    if not len(now) or not len(then):
        return 0.5
    ordered = np.sort(then)
    below = np.searchsorted(ordered, now, side="left").sum() + np.searchsorted(ordered, now, side="right").sum()
    return float(below / 2 / (len(now) * len(then)))


def moved_share(now: npt.NDArray[np.intp], then: npt.NDArray[np.intp], *, codes: int) -> float:
    """Return the total variation distance: the share that would have to change its code to bring the old shares back.

    >>> moved_share(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), codes=2)
    0.25
    """
    if not len(now) or not len(then):
        return 0.0
    shares = [np.bincount(sample, minlength=codes) / len(sample) for sample in (now, then)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def farthest_share(now: FloatArray, then: FloatArray) -> float:
    """Return the largest difference between the shares of both samples at or below one value, 0 to 1; 0 if either is empty.

    >>> farthest_share(np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    0.5
    """
    if not len(now) or not len(then):
        return 0.0
    values = np.concatenate([now, then])
    below = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (now, then)]
    return float(np.abs(below[0] - below[1]).max())


def cohens_d(effect: float) -> float:
    """Return how many standard deviations two normal columns with this effect lie apart.

    >>> round(cohens_d(0.5562), 2)
    0.2
    """
    return float(np.sqrt(2) * norm.ppf(np.clip(effect, _SUREST, 1 - _SUREST)))


@dataclass(frozen=True)
class Budget:
    """How much chance the tests of one window may have together to find what is not there, shared alike."""

    tests: int
    chance: float = FALSE_ALARMS

    def limit(self, now: int, then: int) -> float:
        """Return how far from 1/2 an effect must lie: what matters, or what chance does with samples so small, if that is more.

        Above 1/2, which no effect reaches, where a sample is too small for anything to be told.

        >>> round(Budget(tests=500).limit(1000, 1000), 3), Budget(tests=500).limit(20, 1000) > 0.26
        (0.062, True)
        """
        return max(smallest_effect(), self._noise(now, then))

    def share_limit(self, now: int, then: int, *, log_sets: float = LOG_TWO) -> float:
        """Return the same for the largest difference of shares of so many sets of values, as a logarithm; of one share, two sets.

        A share matters from where it moves the order by as much as a shift that matters.
        """
        return 2 * max(smallest_effect(), self._noise(now, then, log_sets=log_sets))

    def _noise(self, now: int, then: int, *, log_sets: float = LOG_TWO) -> float:
        if not now or not then:
            return 1.0
        return float(np.sqrt((now + then + 1) / (6 * now * then) * (log_sets + np.log(self.tests / self.chance))))


def log_sets_of_codes(codes: int) -> float:
    """Return how many sets so many codes make, none and all left out, as a logarithm.

    >>> round(np.exp(log_sets_of_codes(3)))
    6
    """
    return float(np.log(2.0**codes - 2)) if 2 <= codes < _MANY_CODES else max(codes, 1) * LOG_TWO


def log_sides_of_values(values: int) -> float:
    """Return how many sides so many distinct values have, two at each border between them, as a logarithm.

    >>> round(np.exp(log_sides_of_values(3)))
    4
    """
    return float(np.log(2 * max(values - 1, 1)))
