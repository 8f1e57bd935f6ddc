"""How sure is a value per decision? 95 % intervals by customer that stay honest with few heavy rows and skewed rewards.

Margins have long tails, and a few decisions may carry most of the weight, so value plus and minus 1.96 standard errors misses
the truth too often, and nearly always by staying below it. Two corrections, in closed form, so that no draws and no seed are
needed:

- The *length*: the standard error is itself estimated from the few customers who carry it. Student's t with the effective number
  of customers, `(sum of squares)^2 / (sum of fourth powers)` of their influences, stands in for 1.96: the idea of Satterthwaite
  (1946) and of Bell and McCaffrey (2002) for clustered rows.
- The *shape*: where one large reward drew the value up, it drew the error up with it, so the interval leans. Hall (1992), "On
  the removal of skewness by transformation", J. R. Stat. Soc. B 54: a monotone cubic of the studentised value whose skewness is
  gone to second order, inverted.

`benchmarks/coverage` measures what they cover on the simulated company.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from models.rows import FloatArray
from training.measures.resamples import Estimate
from training.policy_value.estimators import Terms

_UPPER = 0.975


@dataclass(frozen=True)
class Linearised:
    """A value, and how much each customer moved it: what it would change by, were the customer left out (the jackknife).

    `influence` has an element a customer, in the order of their codes, less their mean.
    """

    value: float
    influence: FloatArray

    def __sub__(self, other: Linearised) -> Linearised:
        """Return the difference of two values over the same customers: paired, so that what they share cancels."""
        return Linearised(self.value - other.value, self.influence - other.influence)

    @property
    def error(self) -> float:
        """Return the standard error, robust to any dependence among the decisions of a customer; infinite for one customer."""
        customers = len(self.influence)
        if customers < 2:
            return float("inf")
        return float(np.sqrt((customers - 1) / customers * np.square(self.influence).sum()))


def linearised(terms: Terms, customer: npt.NDArray[np.int64]) -> Linearised:
    """Return the value of an estimator with each customer's influence on it; `customer` is a code a decision."""
    codes = np.unique(customer, return_inverse=True)[1]
    value = terms.value
    if not codes.any():
        return Linearised(value, np.zeros(1))
    brought, weighed = np.bincount(codes, terms.top - value * terms.bottom), np.bincount(codes, terms.bottom)
    left_out = brought / (terms.bottom.sum() - weighed)
    return Linearised(value, left_out - left_out.mean())


def interval(found: Linearised) -> Estimate:
    """Return the value with its 95 % interval.

    >>> interval(Linearised(5.0, np.array([0.1, -0.1] * 50))).text
    '5.0000 [3.0260, 6.9740]'
    """
    squares = float(np.square(found.influence).sum())
    if squares == 0.0 or len(found.influence) < 2:
        reach = 0.0 if len(found.influence) > 1 else found.error
        return Estimate(found.value, found.value - reach, found.value + reach)
    length = float(stdtrit(squares**2 / np.power(found.influence, 4).sum(), _UPPER))
    lean = float(np.power(found.influence, 3).sum() / squares**1.5)
    low, high = (found.value - found.error * _untransformed(side, lean) for side in (length, -length))
    return Estimate(found.value, low, high)


def _untransformed(score: float, lean: float) -> float:
    """Invert Hall's cubic: which studentised value becomes this score once its skewness is removed."""
    if abs(lean) < 1e-6:
        return score
    return float(3.0 / lean * (np.cbrt(1.0 + lean * (score - lean / 6.0)) - 1.0))
