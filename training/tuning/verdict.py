"""Is the best way that was found surely better than the usual ones, or only the luckiest of many: the rule, and its margin.

The rule was fixed before any result was seen. The best of many trials looks better than it is, so its gain over the best default,
at the inner moments, must exceed what the luckiest of as many trials without any merit would show one time in twenty: so many
standard errors, customer by customer, as a normal curve asks for one in twenty times the trials. It must also be half a percent
of the default's loss, and repeat at two moments of three. Otherwise trees are grown as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist

import numpy as np

from features.times import format_time
from models.rows import FloatArray
from training.records.report import Finding
from training.tuning.inner import Inner
from training.tuning.search import Trial, best_of

WORTH_IT = 0.005
"""Of the default's loss: what a gain must be at least, however sure it is."""

_LUCK = 0.05
_MOST = 2 / 3


@dataclass(frozen=True)
class Verdict:
    """The best default and the best trial, by how much the one misses more than the other, and by how much it would have to."""

    inner: Inner
    trials: Sequence[Trial]
    default: Trial
    best: Trial
    margin: float
    better_at: int

    @classmethod
    def of(cls, inner: Inner, trials: Sequence[Trial], *, defaults: int) -> Verdict:
        """Judge the best trial beside the best of the first ones, the defaults."""
        default, best = best_of(trials[:defaults]), best_of(trials)
        gains = [moment.losses(default.preset) - moment.losses(best.preset) for moment in inner.moments]
        luck = _quantile(len(trials)) * _standard_error(inner, gains)
        margin, better = max(luck, WORTH_IT * default.loss), sum(float(each.sum()) > 0 for each in gains)
        return cls(inner, trials, default, best, margin, better)

    @property
    def gain(self) -> float:
        """Return by how much the best trial's loss is lower; never below 0, as the defaults are among the trials."""
        return self.default.loss - self.best.loss

    @property
    def taken(self) -> bool:
        """Say whether trees are to be grown as in the best trial."""
        return self.gain > self.margin and self.better_at >= _MOST * len(self.inner.moments)

    def findings(self) -> list[Finding]:
        """Return the verdict as a line whose `trial` is empty, and a line a trial."""
        tried = [{"trial": each.number, "loss": each.loss, **_way(each), "given_up": int(each.given_up)} for each in self.trials]
        return [self._line(), *tried]

    def _line(self) -> Finding:
        return {
            "trial": None,
            "trials": len(self.trials),
            "given_up": sum(each.given_up for each in self.trials),
            "moments": len(self.inner.moments),
            "before": format_time(self.inner.before),
            "default_loss": self.default.loss,
            "best_loss": self.best.loss,
            "best_trial": self.best.number,
            "gain": self.gain,
            "margin": self.margin,
            "better_at": self.better_at,
            "taken": int(self.taken),
            "reason": self._reason(),
            **_way(self.best if self.taken else self.default),
        }

    def _reason(self) -> str:
        if self.best.number == self.default.number:
            return "no trial was better than the defaults"
        if self.gain <= self.margin:
            return "what was gained may be luck, or is too little: not more than the margin"
        return "more gained than luck explains" if self.taken else "gained at too few of the moments"


def not_tuned(reason: str) -> list[Finding]:
    """Return the line of a training that was to be tuned and could not be."""
    return [{"trial": None, "trials": 0, "taken": 0, "reason": f"not tuned: {reason}"}]


def _way(trial: Trial) -> Finding:
    return dict(asdict(trial.preset))


def _quantile(trials: int) -> float:
    """Return how many standard errors the luckiest of so many trials exceeds one time in twenty, at most.

    >>> round(_quantile(1), 2), round(_quantile(20), 2), round(_quantile(100), 2)
    (1.64, 2.81, 3.29)
    """
    return NormalDist().inv_cdf(1.0 - _LUCK / trials)


def _standard_error(inner: Inner, gains: Sequence[FloatArray]) -> float:
    """Return the standard error of the mean gain over all rows; a customer's rows stand and fall together."""
    each = np.concatenate(gains)
    customers = np.unique(np.concatenate([moment.customers for moment in inner.moments]), return_inverse=True)[1]
    sums = np.bincount(customers, weights=each - each.mean())
    return float(np.sqrt((sums**2).sum()) / len(each))
