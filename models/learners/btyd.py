"""How likely is a customer to stay silent, from the rhythm of purchases alone: MBG/NBD, and BG/NBD by a flag.

"Buy till you die": while alive a customer buys at random with a rate of their own (gamma over customers: `r`, `alpha`), and after
each purchase may leave for good with a chance of their own (beta over customers: `a`, `b`).

BG/NBD: Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2). A customer without a repeat
purchase is certainly alive in it. MBG/NBD: Batislam, Denizel and Filiztekin (2007), International Journal of Research in
Marketing 24(3), lets a customer leave right after the first purchase too, which is what most do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from features.errors import Refused
from models.learners.special import betaln, expit, gammaln, hyp2f1, psi
from models.rows import BoolArray, FloatArray

Variant = Literal["mbg", "bg"]

_BOUNDS = (-9.0, 9.0)  # of the logarithms: beyond, the likelihood is flat and only the exponents grow
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.3, 0.5, 3.0), (2.0, 2.0, 0.3, 8.0))
_ENOUGH_TO_SEARCH = 20_000  # histories tell a good start from a bad one
_FEWEST_REPEATERS = 10
_BESIDE = 1e-6  # of a pole: near enough to its limit for six digits, far enough for them to be right


class TooFewPurchases(Refused):
    """Hardly anybody bought twice, so there is no rhythm to learn."""


class RhythmNotFound(Refused):
    """The likelihood has no maximum that the search could reach."""


@dataclass(frozen=True)
class PurchaseHistories:
    """What the model reads of each customer, all in days (or all in weeks), all float64 of one length.

    `repeats`: purchases after the first (x). `last`: from the first to the last of them (t_x; 0 without a repeat). `age`: from
    the first purchase to now (T). NaN in any of the three: no purchase is known of.
    """

    repeats: FloatArray
    last: FloatArray
    age: FloatArray

    @property
    def known(self) -> BoolArray:
        """Return which customers have bought at all."""
        return ~np.isnan(self.repeats + self.last + self.age)


@dataclass(frozen=True)
class Btyd:
    """Fitted parameters of MBG/NBD (or BG/NBD); `alpha` is in the unit of time of the histories it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    variant: Variant = "mbg"

    def probability_alive(self, histories: PurchaseHistories) -> FloatArray:
        """Return the chance that the customer has not left for good; NaN where no purchase is known.

        This is not the chance of a next purchase: a customer alive may still be silent for long.
        """
        return np.asarray(expit(-self._log_odds_left(histories)))

    def probability_of_silence(self, histories: PurchaseHistories, *, horizon: float) -> FloatArray:
        """Return the chance of no purchase within the horizon; falls as the horizon grows, NaN where no purchase is known.

        1 - P(alive) (1 - ((alpha + T) / (alpha + T + horizon))^(r + x)): a customer who leaves can only do so at a purchase, so
        the next purchase of one alive waits as in a plain gamma-Poisson process (arXiv 2502.12912).

        Examples
        --------
        >>> model = Btyd(r=0.5, alpha=10.0, a=0.6, b=2.0)
        >>> regular = PurchaseHistories(np.array([9.0]), np.array([95.0]), np.array([100.0]))
        >>> [round(float(model.probability_of_silence(regular, horizon=days)[0]), 3) for days in (0, 30, 90)]
        [1.0, 0.171, 0.081]
        """
        return self.probabilities_of_silence(histories, horizons=np.array([horizon], np.float64))[:, 0]

    def probabilities_of_silence(self, histories: PurchaseHistories, *, horizons: FloatArray) -> FloatArray:
        """Return `probability_of_silence` within each of several horizons, shape (customers, horizons)."""
        waiting = (self.alpha + histories.age)[:, None]
        still_silent = np.expm1((self.r + histories.repeats)[:, None] * np.log(waiting / (waiting + horizons)))
        return np.asarray(1.0 + self.probability_alive(histories)[:, None] * still_silent)

    def expected_purchases(self, histories: PurchaseHistories, *, horizon: float) -> FloatArray:
        """Return how many purchases are expected within the horizon; NaN where no purchase is known.

        The closed form of the papers, its hypergeometric function turned by Euler's transformation into one that does not
        overflow for customers of many purchases.

        Examples
        --------
        >>> model = Btyd(r=0.243, alpha=4.414, a=0.793, b=2.426, variant="bg")
        >>> regular = PurchaseHistories(np.array([2.0]), np.array([30.43]), np.array([38.86]))
        >>> round(float(model.expected_purchases(regular, horizon=39)[0]), 3)
        1.226
        """
        a = self._a_beside_poles()
        ever = a + self.b + self._times_survived(histories) - 1.0
        passed = horizon / (self.alpha + histories.age + horizon)
        left_out = (1.0 - passed) ** (a - 1.0) * hyp2f1(ever - self.r - histories.repeats, a - 1.0, ever, passed)
        return np.asarray(self.probability_alive(histories) * ever / (a - 1.0) * (1.0 - left_out))

    def log_likelihood(self, histories: PurchaseHistories) -> FloatArray:
        """Return the log-likelihood of each customer's history (a density in `last`, up to the usual constant)."""
        survived = self._times_survived(histories)
        rate = gammaln(self.r + histories.repeats) - gammaln(self.r) + self.r * np.log(self.alpha)
        stayed = betaln(self.a, self.b + survived) - betaln(self.a, self.b)
        silence = -(self.r + histories.repeats) * np.log(self.alpha + histories.age)
        return np.asarray(rate + stayed + silence + np.logaddexp(0.0, self._log_odds_left(histories)))

    def gradient(self, histories: PurchaseHistories) -> FloatArray:
        """Return the derivative of each log-likelihood by r, alpha, a and b, shape (4, customers)."""
        x, age = histories.repeats, self.alpha + histories.age
        last = self.alpha + histories.last
        left, survived = expit(self._log_odds_left(histories)), self._times_survived(histories)
        ends = psi(self.a + self.b) - psi(self.a + self.b + survived)
        by_r = psi(self.r + x) - psi(self.r) + np.log(self.alpha / age) + left * np.log(age / last)
        by_alpha = self.r / self.alpha - (self.r + x) / age + left * (self.r + x) * (1 / age - 1 / last)
        by_b = psi(self.b + survived) - psi(self.b) + ends - left / np.maximum(self.b + survived - 1.0, 1e-300)
        return np.stack([by_r, by_alpha, ends + left / self.a, by_b])

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Btyd:
        """Return the parameters that `to_json` wrote."""
        return cls(**value)

    def _a_beside_poles(self) -> float:
        # Where these are whole numbers, the closed form is 0 / 0, or the library's function fails (r - a, long horizons).
        distances = [abs(each - round(each)) for each in (self.a, self.r - self.a, self.a + self.b)]
        return self.a if min(distances) > _BESIDE else self.a + 2 * _BESIDE

    def _times_survived(self, histories: PurchaseHistories) -> FloatArray:
        return histories.repeats + 1.0 if self.variant == "mbg" else histories.repeats

    def _log_odds_left(self, histories: PurchaseHistories) -> FloatArray:
        silence = np.log((self.alpha + histories.age) / (self.alpha + histories.last))
        chances = self.b + self._times_survived(histories) - 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(self.a) - np.log(chances) + (self.r + histories.repeats) * silence
        if self.variant == "mbg":
            return np.asarray(odds)
        return np.where(histories.repeats == 0, -np.inf, odds)


def fit_btyd(histories: PurchaseHistories, *, variant: Variant = "mbg") -> Btyd:
    """Fit by maximum likelihood on the histories of all customers ever seen, not only of those lately active.

    Fitting it on recent buyers only would hide the customers who left, and the model would see nobody leave.

    Raises
    ------
    TooFewPurchases
        If fewer than 10 customers bought a second time.
    RhythmNotFound
        If no start of the search led to a finite maximum.
    """
    known = histories.known
    rows = np.stack([histories.repeats[known], histories.last[known], histories.age[known]], axis=1)
    repeaters = int((rows[:, 0] > 0).sum()) if len(rows) else 0
    if repeaters < _FEWEST_REPEATERS:
        raise TooFewPurchases(
            f"needed {_FEWEST_REPEATERS} customers with a second purchase, found {repeaters}; leave this learner out"
        )
    unit = max(float(rows[:, 2].mean()), 1e-9)
    distinct, counts = np.unique(rows / [1.0, unit, unit], axis=0, return_counts=True)
    best = _most_likely(PurchaseHistories(*distinct.T), counts / counts.sum(), variant)
    return Btyd(best.r, best.alpha * unit, best.a, best.b, variant)


def _most_likely(histories: PurchaseHistories, weights: FloatArray, variant: Variant) -> Btyd:
    """Search from several starts among every so-many-th history, then from where that led among all of them."""
    step = -(-len(weights) // _ENOUGH_TO_SEARCH)
    few = PurchaseHistories(histories.repeats[::step], histories.last[::step], histories.age[::step])
    reached = [_climbed(few, weights[::step], Btyd(*start, variant)) for start in _STARTS]
    likely = [(score, model) for score, model in reached if np.isfinite(score)]
    if not likely:
        raise RhythmNotFound(
            "needed a finite likelihood from one of three starts, found none; check that ages are not before last purchases"
        )
    return _climbed(histories, weights, max(likely, key=lambda found: found[0])[1])[1]


def _climbed(histories: PurchaseHistories, weights: FloatArray, start: Btyd) -> tuple[float, Btyd]:
    """Return the highest weighted log-likelihood that the search reaches from a start, and where."""
    from scipy.optimize import minimize

    def loss(logarithms: FloatArray) -> tuple[float, FloatArray]:
        parameters = np.exp(logarithms)
        model = Btyd(*_four(parameters), start.variant)
        slope = model.gradient(histories) @ weights
        return -float(model.log_likelihood(histories) @ weights), -slope * parameters

    logarithms, options = np.log([start.r, start.alpha, start.a, start.b]), {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
    search = minimize(loss, logarithms, jac=True, method="L-BFGS-B", bounds=[_BOUNDS] * 4, options=options)
    return -float(search.fun), Btyd(*_four(np.exp(search.x)), start.variant)


def _four(parameters: FloatArray) -> tuple[float, float, float, float]:
    r, alpha, a, b = parameters.tolist()
    return r, alpha, a, b
