"""How good are probabilities against what happened, and how sure can that be said: seven measures with bootstrap intervals.

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

FloatArray: TypeAlias = npt.NDArray[np.float64]
Draws: TypeAlias = Mapping[str, FloatArray]
"""A measure's values: on the rows as they are first, then on each resample."""

MEASURES: Mapping[str, str] = {
    "auc": "chance that who left was scored above who stayed; higher is better",
    "pr_auc": "average precision; higher is better, the share of leavers is no skill",
    "log_loss": "mean negative log-likelihood in nats; lower is better",
    "brier": "mean squared error of the probability; lower is better",
    "ece": "expected calibration error over tenths of the scores; lower is better",
    "level_error": "mean probability less the share that left; 0 is best",
    "lift_top_decile": "share of leavers among the top tenth over the share among all; higher is better",
}
_COVERED = (2.5, 97.5)
_TENTHS = np.arange(0.1, 0.95, 0.1)
_AT_ONCE = 16
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A measure and its 95 % interval."""

    value: float
    low: float
    high: float


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
        drawn = [np.bincount(rng.integers(known, size=known), minlength=known) for _ in range(self.count)]
        return np.array([np.ones(known), *drawn]).astype(np.uint8)


def measure(probabilities: FloatArray, left: FloatArray, *, resamples: Resamples) -> Draws:
    """Take every measure of `MEASURES` on the rows and on each resample.

    Parameters
    ----------
    probabilities, left : float64, shape (n,)
        Probability to leave, and 1.0 for who left.

    Returns
    -------
    Draws
        Each of shape (1 + resamples.count,). A measure that needs both leavers and stayers is NaN where one is missing.

    Examples
    --------
    >>> left = np.array([1.0, 0.0, 0.0, 1.0])
    >>> resamples = Resamples(np.arange(4, dtype=np.int32), count=0, seed=0)
    >>> round(float(measure(np.array([0.9, 0.1, 0.4, 0.3]), left, resamples=resamples)["auc"][0]), 2)
    0.75
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = _Ranked.of(np.clip(probabilities[order], _SMALLEST, 1 - _SMALLEST), left[order])
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [{**_ranking(ranked, weights), **_likelihood(ranked, weights)} for weights in resamples.weights(order)]
    return {name: np.concatenate([part[name] for part in parts]) for name in MEASURES}


def estimates(draws: Draws) -> dict[str, Estimate]:
    """Return each measure with the interval that covers 95 % of its resamples; one that cannot be taken is left out."""
    return {name: _estimate(values) for name, values in draws.items() if np.isfinite(values[0])}


def differences(first: Draws, second: Draws) -> dict[str, Estimate]:
    """Return each measure of the first less that of the second, paired draw by draw."""
    return estimates({name: first[name] - second[name] for name in first})


def feature_aucs(rows: npt.NDArray[np.float32], left: FloatArray) -> FloatArray:
    """Return how well each column alone ranks leavers above stayers, whichever way is up; a missing value counts as the lowest.

    Examples
    --------
    >>> feature_aucs(np.array([[3.0, 1.0], [2.0, 1.0], [np.nan, 1.0]], np.float32), np.array([0.0, 1.0, 1.0])).tolist()
    [1.0, 0.5]
    """
    comparable = np.where(np.isnan(rows), -np.inf, rows)
    left_rows, stayed_rows = comparable[left > 0.5], np.sort(comparable[left <= 0.5], axis=0)
    pairs = max(left_rows.shape[0] * stayed_rows.shape[0], 1)
    below_or_equal = [
        np.searchsorted(stayed, leavers, side="left").sum() + np.searchsorted(stayed, leavers, side="right").sum()
        for leavers, stayed in zip(left_rows.T, stayed_rows.T, strict=True)
    ]
    auc = np.array(below_or_equal) / 2 / pairs
    return np.asarray(np.maximum(auc, 1 - auc))


def _estimate(values: FloatArray) -> Estimate:
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, _COVERED) if drawn.size else (values[0], values[0])
    return Estimate(float(values[0]), float(low), float(high))


@dataclass(frozen=True)
class _Ranked:
    """Rows by falling probability: what each adds to the sums of a measure, and where a new probability begins."""

    left: FloatArray
    starts: npt.NDArray[np.intp]
    sums: FloatArray

    @classmethod
    def of(cls, probabilities: FloatArray, left: FloatArray) -> _Ranked:
        loss = -np.log(np.where(left > 0.5, probabilities, 1 - probabilities))
        tenth = np.searchsorted(np.unique(np.quantile(probabilities, _TENTHS)) if len(left) else _TENTHS, probabilities)
        excess = np.zeros((len(left), len(_TENTHS) + 1))
        excess[np.arange(len(left)), tenth] = probabilities - left
        sums = np.column_stack([np.ones_like(left), loss, (probabilities - left) ** 2, probabilities - left, excess])
        return cls(left, np.flatnonzero(np.diff(probabilities, prepend=np.inf)), sums)


def _ranking(ranked: _Ranked, weights: FloatArray) -> dict[str, FloatArray]:
    leavers = np.add.reduceat(weights * ranked.left, ranked.starts, axis=1)
    stayers = np.add.reduceat(weights, ranked.starts, axis=1) - leavers
    caught, alarmed = np.cumsum(leavers, axis=1), np.cumsum(stayers, axis=1)
    all_left, all_stayed = caught[:, -1], alarmed[:, -1]
    asked = caught + alarmed
    tenth = 0.1 * (all_left + all_stayed)
    from_nobody = np.pad(np.stack([asked, caught]), ((0, 0), (0, 0), (1, 0)))
    in_top = np.array([np.interp(*row) for row in zip(tenth, *from_nobody, strict=True)])
    return {
        "auc": np.sum(leavers * (all_stayed[:, None] - alarmed + 0.5 * stayers), axis=1) / (all_left * all_stayed),
        "pr_auc": np.sum(leavers * caught / np.maximum(asked, 1), axis=1) / all_left,
        "lift_top_decile": in_top / (0.1 * all_left),
    }


def _likelihood(ranked: _Ranked, weights: FloatArray) -> dict[str, FloatArray]:
    sums = weights @ ranked.sums
    means = sums[:, 1:] / sums[:, :1]
    return {
        "log_loss": means[:, 0],
        "brier": means[:, 1],
        "level_error": means[:, 2],
        "ece": np.abs(means[:, 3:]).sum(axis=1),
    }
