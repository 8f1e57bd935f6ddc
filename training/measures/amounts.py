"""How good are amounts of money against what really came: size, order and total, on the rows and on each resample.

No one figure will do. Half of all customers may bring nothing, so who forecasts nothing has a small absolute error; one
wholesaler may bring a tenth of all the money, so the squared error is the error about that one. Hence errors stand beside ranks,
and the total beside both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from training.measures.resamples import Draws, Resamples

MEASURES: Mapping[str, str] = {
    "loss": "mean absolute error plus the size of the mean error, in money; lower is better, forecasting nothing wins nothing",
    "mae": "mean absolute error, in money; lower is better, but it rewards who forecasts too little",
    "rmse": "root of the mean squared error, in money; lower is better, the few largest customers decide it",
    "rmse_winsorised": "the same with both sides cut at the 99th percentile of what came; lower is better",
    "spearman": "correlation of the ranks; higher is better, 1 is the right order",
    "top_decile_share": "share of the money that came from the tenth forecast highest; higher is better",
    "gini": "area between the money that came, highest forecasts first, and an even share; 1 is the right order, 0 none",
    "total_bias": "total forecast over total that came, less 1; 0 is best",
    "auc": "chance that who brought money was forecast above who did not; higher is better",
}
_WINSORISED_AT = 0.99
_TOP = 0.1


def measure(forecasts: FloatArray, amounts: FloatArray, *, resamples: Resamples) -> Draws:
    """Take every measure of `MEASURES` on the rows and on each resample.

    Parameters
    ----------
    forecasts, amounts : float64, shape (n,)
        Money forecast, and money that came; either may be negative.

    Returns
    -------
    Draws
        Each of shape (1 + resamples.count,). What cannot be taken is NaN: an order where all forecasts are equal, a share of a
        total that is not positive.

    Examples
    --------
    >>> resamples = Resamples(np.arange(4, dtype=np.int32), count=0, seed=0)
    >>> found = measure(np.array([8.0, 2.0, 1.0, 1.0]), np.array([10.0, 0.0, 4.0, 0.0]), resamples=resamples)
    >>> {name: round(float(found[name][0]), 2) for name in ("mae", "loss", "total_bias", "auc")}
    {'mae': 2.0, 'loss': 2.5, 'total_bias': -0.14, 'auc': 0.62}
    """
    asked = _Sorted.by(forecasts), _Sorted.by(amounts), _errors(forecasts, amounts), amounts
    everyone = np.arange(len(amounts))
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [_taken(*asked, weights=weights) for weights in resamples.weights(everyone)]
    return {name: np.concatenate([part[name] for part in parts]) for name in MEASURES}


@dataclass(frozen=True)
class _Sorted:
    """Rows from the lowest value up: their places, and where a new value begins."""

    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]

    @classmethod
    def by(cls, values: FloatArray) -> _Sorted:
        order = np.argsort(values, kind="stable")
        return cls(order, np.flatnonzero(np.diff(values[order], prepend=-np.inf)))

    def summed(self, weights: FloatArray) -> FloatArray:
        """Return the weights (draws, rows) added up over rows of one value, the lowest value first."""
        return np.asarray(np.add.reduceat(weights[:, self.order], self.starts, axis=1))

    def ranks(self, weights: FloatArray) -> FloatArray:
        """Return each row's rank among drawn rows, equal values sharing theirs, in the order the rows came in."""
        groups = self.summed(weights)
        middles = np.cumsum(groups, axis=1) - groups / 2
        ranks = np.empty_like(weights)
        ranks[:, self.order] = np.repeat(middles, np.diff(self.starts, append=len(self.order)), axis=1)
        return ranks


def _errors(forecasts: FloatArray, amounts: FloatArray) -> FloatArray:
    """Return what each row adds to the means: one, absolute, squared and winsorised squared error, forecast, amount."""
    error, most = forecasts - amounts, np.quantile(amounts, _WINSORISED_AT)
    cut = np.minimum(forecasts, most) - np.minimum(amounts, most)
    return np.column_stack([np.ones_like(amounts), np.abs(error), error**2, cut**2, forecasts, amounts])


def _taken(by_forecast: _Sorted, by_amount: _Sorted, errors: FloatArray, amounts: FloatArray, *, weights: FloatArray) -> Draws:
    sums = weights @ errors
    rows, (absolute, squared, cut, forecast, came) = sums[:, 0], (sums[:, 1:] / sums[:, :1]).T
    total = np.where(came > 0, came, np.nan)
    ranks = by_forecast.ranks(weights)
    curve = _Curve.of(by_forecast, amounts, weights=weights)
    return {
        "loss": absolute + np.abs(forecast - came),
        "mae": absolute,
        "rmse": np.sqrt(squared),
        "rmse_winsorised": np.sqrt(cut),
        "spearman": _correlation(ranks, by_amount.ranks(weights), weights=weights),
        "top_decile_share": curve.share_of_top(_TOP),
        "gini": curve.area() / _Curve.of(by_amount, amounts, weights=weights).area(),
        "total_bias": (forecast - came) / total,
        "auc": _auc(ranks, amounts > 0, weights=weights, rows=rows),
    }


def _correlation(first: FloatArray, second: FloatArray, *, weights: FloatArray) -> FloatArray:
    rows = weights.sum(axis=1, keepdims=True)
    first = first - (weights * first).sum(axis=1, keepdims=True) / rows
    second = second - (weights * second).sum(axis=1, keepdims=True) / rows
    spreads = (weights * first**2).sum(axis=1) * (weights * second**2).sum(axis=1)
    return np.asarray((weights * first * second).sum(axis=1) / np.sqrt(spreads))


def _auc(ranks: FloatArray, brought: npt.NDArray[np.bool_], *, weights: FloatArray, rows: FloatArray) -> FloatArray:
    drawn = weights * brought
    positives = drawn.sum(axis=1)
    return np.asarray(((drawn * ranks).sum(axis=1) - positives**2 / 2) / (positives * (rows - positives)))


@dataclass(frozen=True)
class _Curve:
    """Highest first: how many rows were asked by then, and how much of the money they brought; from nobody to all."""

    asked: FloatArray
    brought: FloatArray

    @classmethod
    def of(cls, ranked: _Sorted, amounts: FloatArray, *, weights: FloatArray) -> _Curve:
        from_top = (ranked.summed(each)[:, ::-1] for each in (weights, weights * amounts))
        asked, brought = (np.pad(np.cumsum(each, axis=1), ((0, 0), (1, 0))) for each in from_top)
        total = np.where(brought[:, -1:] > 0, brought[:, -1:], np.nan)
        return cls(asked / asked[:, -1:], brought / total)

    def share_of_top(self, top: float) -> FloatArray:
        return np.array([np.interp(top, *row) for row in zip(self.asked, self.brought, strict=True)])

    def area(self) -> FloatArray:
        heights = (self.brought[:, 1:] + self.brought[:, :-1]) / 2
        return np.asarray((heights * np.diff(self.asked, axis=1)).sum(axis=1) - 0.5)
