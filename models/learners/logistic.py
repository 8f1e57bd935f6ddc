"""How is a logistic regression fitted to raw features and stored as plain numbers: a scaling, coefficients, their centre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.learners.products import weighted
from models.learners.scaling import Scaling, learn_scaling, learned_from, one_thread
from models.rows import FloatArray, Rows


@dataclass(frozen=True)
class Logistic:
    """A fitted regression: `log_odds` = intercept + scaled row x coefficients; higher means the label 1 is likelier.

    `centre`: the mean of each scaled column over the rows it was fitted on, which contributions are measured from.
    """

    scaling: Scaling
    coefficients: tuple[float, ...]
    intercept: float
    centre: tuple[float, ...]

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return one log-odds a row; NaN in a row is allowed."""
        return weighted(self.scaling.apply(rows), self._weights) + self.intercept

    @cached_property
    def _weights(self) -> FloatArray:
        return np.asarray(self.coefficients)

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each feature adds to each row's log-odds, shape (n, features + 1); a row adds up to its log-odds.

        A feature adds coefficient x deviation of the scaled value from its mean in training, and the same of its flag, if it has
        one. The last column is the log-odds of a row where every scaled column is at that mean.
        """
        weights, centre = np.asarray(self.coefficients), np.asarray(self.centre)
        moved = self.scaling.by_feature((self.scaling.apply(rows) - centre) * weights)
        return np.column_stack([moved, np.full(len(rows), self.intercept + centre @ weights)])

    def to_json(self) -> dict[str, Any]:
        """Return the fitted numbers as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Logistic:
        """Return the regression that `to_json` wrote."""
        scaling = Scaling.from_json(value["scaling"])
        return cls(scaling, tuple(value["coefficients"]), value["intercept"], tuple(value["centre"]))


def fit_logistic(rows: Rows, labels: FloatArray, *, looseness: float = 1.0, weights: FloatArray | None = None) -> Logistic:
    """Fit to 0/1 labels, both of which must occur; `looseness` is scikit-learn's `C` (smaller holds coefficients nearer to 0).

    `weights`: how much each row counts; all the same without them.
    """
    return fit_logistics(rows, labels[:, None], looseness=looseness, weights=weights)[0]


def fit_logistics(rows: Rows, labels: FloatArray, *, looseness: float = 1.0, weights: FloatArray | None = None) -> list[Logistic]:
    """Fit one regression to each column of labels, the rows scaled once for all.

    Of more than 100,000 rows it learns from as many, drawn at random by a fixed seed. The solver is Newton's, on one thread, so
    the same rows give the same numbers.
    """
    from sklearn.linear_model import LogisticRegression

    chosen = learned_from(len(rows))
    scaling = learn_scaling(rows[chosen])
    scaled, regression = scaling.apply(rows[chosen]), LogisticRegression(C=looseness, solver="newton-cholesky", max_iter=200)
    centre, heavy = tuple(scaled.mean(axis=0).tolist()), None if weights is None else weights[chosen]
    with one_thread():
        fits = [_numbers(regression.fit(scaled, column[chosen], heavy)) for column in labels.T]
    return [Logistic(scaling, coefficients, intercept, centre) for coefficients, intercept in fits]


def _numbers(fitted: Any) -> tuple[tuple[float, ...], float]:
    return tuple(fitted.coef_[0].tolist()), float(fitted.intercept_[0])
