"""How is a logistic regression fitted to raw features and stored as plain numbers: medians, scales, coefficients.

Features of customers have long tails, so each is put through a signed logarithm, centred at its median, divided by its
interquartile range and cut off eight ranges away. A missing value takes the median, and a flag of its own says that it was
missing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.rows import FloatArray, Rows

_FURTHEST = 8.0
_RARELY = 0.001  # a flag that hardly ever differs carries no more than noise
_MOST_ROWS = 100_000  # some hundred coefficients are known well enough from these; memory and time stay bounded
_ONE_AT_A_TIME = threading.Lock()  # the limit of threads below holds for the whole process


@dataclass(frozen=True)
class Scaling:
    """What was learned of each column before the regression: its middle, its width, and whether its absence is a sign."""

    middle: tuple[float, ...]
    width: tuple[float, ...]
    flagged: tuple[int, ...]

    def apply(self, rows: Rows) -> FloatArray:
        """Return the scaled columns followed by one 0/1 column for each flagged one; nothing is missing in them."""
        unknown = np.isnan(rows)
        scaled = (_signed_log(rows) - np.asarray(self.middle)) / np.asarray(self.width)
        scaled = np.where(unknown, 0.0, np.clip(scaled, -_FURTHEST, _FURTHEST))
        return np.hstack([scaled, unknown[:, list(self.flagged)].astype(np.float64)])


@dataclass(frozen=True)
class Logistic:
    """A fitted regression: `log_odds` = intercept + scaled row x coefficients; higher means the label 1 is likelier."""

    scaling: Scaling
    coefficients: tuple[float, ...]
    intercept: float

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return one log-odds a row; NaN in a row is allowed."""
        return np.asarray(self.scaling.apply(rows) @ np.asarray(self.coefficients) + self.intercept)

    def to_json(self) -> dict[str, Any]:
        """Return the fitted numbers as a JSON object."""
        return {"scaling": asdict(self.scaling), "coefficients": list(self.coefficients), "intercept": self.intercept}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Logistic:
        """Return the regression that `to_json` wrote."""
        scaling = Scaling(**{name: tuple(numbers) for name, numbers in value["scaling"].items()})
        return cls(scaling, tuple(value["coefficients"]), value["intercept"])


def fit_logistic(rows: Rows, labels: FloatArray, *, looseness: float = 1.0) -> Logistic:
    """Fit to 0/1 labels, both of which must occur; `looseness` is scikit-learn's `C` (smaller holds coefficients nearer to 0)."""
    return fit_logistics(rows, labels[:, None], looseness=looseness)[0]


def fit_logistics(rows: Rows, labels: FloatArray, *, looseness: float = 1.0) -> list[Logistic]:
    """Fit one regression to each column of labels, the rows scaled once for all.

    Of more than 100,000 rows it learns from as many, drawn at random by a fixed seed. The solver is Newton's, on one thread, so
    the same rows give the same numbers.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    if len(rows) > _MOST_ROWS:
        chosen = np.sort(np.random.default_rng(0).choice(len(rows), _MOST_ROWS, replace=False))
        rows, labels = rows[chosen], labels[chosen]
    scaling = learn_scaling(rows)
    scaled, regression = scaling.apply(rows), LogisticRegression(C=looseness, solver="newton-cholesky", max_iter=200)
    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        return [_stored(scaling, regression.fit(scaled, column)) for column in labels.T]


def learn_scaling(rows: Rows) -> Scaling:
    """Return the middle and width of every column; an empty column gets middle 0, a constant one width 1.

    >>> learn_scaling(np.array([[5.0], [5.0], [np.nan]], np.float32)).flagged
    (0,)
    """
    known = _signed_log(rows)
    empty = np.isnan(known).all(axis=0)
    quartiles = np.zeros((3, rows.shape[1]))
    quartiles[:, ~empty] = np.nanquantile(known[:, ~empty], [0.25, 0.5, 0.75], axis=0)
    spread = np.zeros(rows.shape[1])
    spread[~empty] = np.nanstd(known[:, ~empty], axis=0)
    width = np.where(quartiles[2] > quartiles[0], quartiles[2] - quartiles[0], np.where(spread > 0, spread, 1.0))
    absent = np.isnan(rows).mean(axis=0)
    flagged = np.flatnonzero((absent > _RARELY) & (absent < 1 - _RARELY))
    return Scaling(tuple(quartiles[1].tolist()), tuple(width.tolist()), tuple(flagged.tolist()))


def _stored(scaling: Scaling, fitted: Any) -> Logistic:
    return Logistic(scaling, tuple(fitted.coef_[0].tolist()), float(fitted.intercept_[0]))


def _signed_log(rows: Rows) -> FloatArray:
    values = rows.astype(np.float64)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
