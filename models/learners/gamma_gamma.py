"""How much does a customer spend at a purchase, from the few purchases there are: the Gamma-Gamma model.

Each purchase of a customer is drawn around a mean of their own (gamma, shape `p`), and the means differ between customers (their
rates are gamma, shape `q`, `v`). What a customer of two purchases spent is drawn towards the mean of all; of fifty, hardly.

Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value". It supposes that those who buy often spend neither more
nor less at a purchase than those who buy seldom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.errors import Refused
from models.learners.special import gammaln, psi
from models.rows import BoolArray, FloatArray

_FEWEST_REPEATERS = 10
_SMALLEST_Q = 1.05  # at q = 1 and below, the mean over customers is infinite, and with it the answer for a new one
_BOUNDS = ((-7.0, 7.0), (float(np.log(_SMALLEST_Q)), 7.0), (-9.0, 9.0))  # of the logarithms of p, q and v
_STARTS = ((2.0, 3.0, 1.0), (6.0, 4.0, 0.5), (0.5, 1.5, 1.0))


class TooFewBuyers(Refused):
    """Hardly anybody bought twice for money, so nothing tells how much one customer's purchases differ."""


class SpendingNotFound(Refused):
    """The likelihood has no maximum that the search could reach."""


@dataclass(frozen=True)
class Spending:
    """What the model reads of each customer, float64 of one length.

    `purchases`: how many are averaged; `mean`: the average money of one of them. NaN in either, no purchase, or a mean that is
    not positive (all was returned): nothing is known of what the customer spends.
    """

    purchases: FloatArray
    mean: FloatArray

    @property
    def known(self) -> BoolArray:
        """Return which customers have bought for money at all."""
        return np.asarray((self.purchases > 0) & (self.mean > 0) & np.isfinite(self.purchases * self.mean))


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; `v` is in the money of the purchases it was fitted on."""

    p: float
    q: float
    v: float

    @property
    def population_mean(self) -> float:
        """Return what a customer of whom nothing is known is expected to spend at a purchase."""
        return self.p * self.v / (self.q - 1.0)

    def expected_spend(self, spending: Spending) -> FloatArray:
        """Return what each customer is expected to spend at a next purchase; the population's mean where nothing is known.

        Examples
        --------
        >>> model = GammaGamma(p=6.25, q=3.74, v=15.44)
        >>> spending = Spending(np.array([np.nan, 1.0, 20.0]), np.array([np.nan, 80.0, 80.0]))
        >>> model.expected_spend(spending).round(1).tolist()
        [35.2, 66.4, 79.0]
        """
        purchases = np.where(spending.known, spending.purchases, 0.0)
        total = np.where(spending.known, spending.purchases * spending.mean, 0.0)
        return np.asarray(self.p * (self.v + total) / (self.p * purchases + self.q - 1.0))

    def log_likelihood(self, spending: Spending) -> FloatArray:
        """Return the log-likelihood of each known customer's mean."""
        shape, total = self.p * spending.purchases, spending.purchases * spending.mean
        drawn = gammaln(shape + self.q) - gammaln(shape) - gammaln(self.q) + self.q * np.log(self.v)
        return np.asarray(drawn + shape * np.log(total) - np.log(spending.mean) - (shape + self.q) * np.log(self.v + total))

    def gradient(self, spending: Spending) -> FloatArray:
        """Return the derivative of each log-likelihood by p, q and v, shape (3, customers)."""
        shape, total = self.p * spending.purchases, spending.purchases * spending.mean
        both, share = psi(shape + self.q), np.log(self.v + total)
        by_p = spending.purchases * (both - psi(shape) + np.log(total) - share)
        by_q = both - psi(self.q) + np.log(self.v) - share
        return np.stack([by_p, by_q, self.q / self.v - (shape + self.q) / (self.v + total)])

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> GammaGamma:
        """Return the parameters that `to_json` wrote."""
        return cls(**value)


def fit_gamma_gamma(spending: Spending) -> GammaGamma:
    """Fit by maximum likelihood on all customers known to have bought for money; the unit of money does not matter.

    Raises
    ------
    TooFewBuyers
        If fewer than 10 of them bought twice or more.
    SpendingNotFound
        If no start of the search led to a finite maximum.
    """
    known = spending.known
    purchases, mean = spending.purchases[known], spending.mean[known]
    repeaters = int((purchases >= 2).sum())
    if repeaters < _FEWEST_REPEATERS:
        raise TooFewBuyers(f"needed {_FEWEST_REPEATERS} customers with two purchases for money, found {repeaters}")
    unit = float(mean.mean())
    best = _most_likely(Spending(purchases, mean / unit))
    return GammaGamma(best.p, best.q, best.v * unit)


def _most_likely(spending: Spending) -> GammaGamma:
    from scipy.optimize import minimize

    def loss(logarithms: FloatArray) -> tuple[float, FloatArray]:
        model = GammaGamma(*np.exp(logarithms).tolist())
        slope = model.gradient(spending).mean(axis=1) * np.exp(logarithms)
        return -float(model.log_likelihood(spending).mean()), -slope

    searches = [minimize(loss, np.log(start), jac=True, method="L-BFGS-B", bounds=_BOUNDS) for start in _STARTS]
    reached = [search for search in searches if np.isfinite(search.fun)]
    if not reached:
        raise SpendingNotFound("needed a finite likelihood from one of three starts, found none; check the amounts of purchases")
    return GammaGamma(*np.exp(min(reached, key=lambda search: float(search.fun)).x).tolist())
