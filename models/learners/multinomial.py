"""How likely is each of several classes, from raw features by a regression stored as plain numbers: multinomial logistic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.errors import Refused
from models.learners.products import weighted_each
from models.learners.scaling import Scaling, learn_scaling, learned_from, one_thread
from models.learners.special import log_softmax, softmax
from models.rows import FloatArray, Rows

# a step that lowers the mean log-loss by less than a millionth buys nothing on later periods, and most steps are such
_SEARCH = {"maxiter": 500, "maxfun": 1000, "ftol": 1e-6, "gtol": 1e-7}


class OneClassOnly(Refused):
    """All rows are of one class, so there is nothing to tell apart."""


@dataclass(frozen=True)
class Multinomial:
    """A fitted regression over `classes` codes from 0; `present` are the codes that occurred in training.

    Coefficients, shape (present, scaled columns), and intercepts stand in the order of `present`. A class that did not occur has
    the score -inf, and so probability 0 exactly: a class that cannot follow (nobody is new again) is learned as impossible.
    `centre`: the mean of each scaled column over the rows it was fitted on.
    """

    scaling: Scaling
    classes: int
    present: tuple[int, ...]
    coefficients: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]
    centre: tuple[float, ...]

    def scores(self, rows: Rows) -> FloatArray:
        """Return one score a class, shape (n, classes), -inf for classes not seen in training; the softmax is the answer."""
        seen = weighted_each(self.scaling.apply(rows), np.asarray(self.coefficients)) + np.asarray(self.intercepts)
        scores = np.full((len(rows), self.classes), -np.inf)
        scores[:, list(self.present)] = seen
        return scores

    def probabilities(self, rows: Rows) -> FloatArray:
        """Return the chance of each class, shape (n, classes); a row adds up to 1, NaN in a row is allowed."""
        return np.asarray(softmax(self.scores(rows), axis=1))

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each feature adds to each class's score, shape (n, classes, features + 1); last the score of the mean row.

        Along the last axis they add up to `scores`. A class not seen in training has only its last: -inf.
        """
        weights, centre = np.asarray(self.coefficients), np.asarray(self.centre)
        moved = self.scaling.by_feature((self.scaling.apply(rows) - centre)[:, None, :] * weights)
        table = np.zeros((len(rows), self.classes, moved.shape[-1] + 1))
        table[:, :, -1] = -np.inf
        table[:, list(self.present), :-1] = moved
        table[:, list(self.present), -1] = np.asarray(self.intercepts) + weights @ centre
        return table

    def to_json(self) -> dict[str, Any]:
        """Return the fitted numbers as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Multinomial:
        """Return the regression that `to_json` wrote."""
        return cls(
            scaling=Scaling.from_json(value["scaling"]),
            classes=value["classes"],
            present=tuple(value["present"]),
            coefficients=tuple(tuple(each) for each in value["coefficients"]),
            intercepts=tuple(value["intercepts"]),
            centre=tuple(value["centre"]),
        )


def fit_multinomial(rows: Rows, codes: FloatArray, *, classes: int, looseness: float = 1.0) -> Multinomial:
    """Fit to codes from 0 to `classes` - 1; of more than 100,000 rows it learns from as many, drawn by a fixed seed.

    `looseness` is scikit-learn's `C`. The search runs on one thread and stops where the loss no longer falls, so the same rows
    give the same numbers.

    Raises
    ------
    OneClassOnly
        If fewer than two codes occur.
    """
    chosen = learned_from(len(rows))
    present, places = np.unique(codes[chosen].astype(np.int64), return_inverse=True)
    if len(present) < 2:
        raise OneClassOnly(f"needed rows of two classes or more, found {len(present)} in {len(chosen)} rows; import more history")
    scaling = learn_scaling(rows[chosen])
    scaled = scaling.apply(rows[chosen])
    with one_thread():
        weights = _most_likely(scaled, np.eye(len(present))[places], looseness=looseness)
    return Multinomial(
        scaling=scaling,
        classes=classes,
        present=tuple(present.tolist()),
        coefficients=tuple(map(tuple, weights[:, :-1].tolist())),
        intercepts=tuple(weights[:, -1].tolist()),
        centre=tuple(scaled.mean(axis=0).tolist()),
    )


def _most_likely(scaled: FloatArray, occurred: FloatArray, *, looseness: float) -> FloatArray:
    """Return the weights, shape (classes, columns + 1), the intercept last and not held near 0."""
    from scipy.optimize import minimize

    shape, strength = (occurred.shape[1], scaled.shape[1] + 1), 1.0 / (looseness * len(scaled))

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(shape)
        held = weights * np.append(np.ones(shape[1] - 1), 0.0)
        logs = log_softmax(scaled @ weights[:, :-1].T + weights[:, -1], axis=1)
        error = (np.exp(logs) - occurred) / len(scaled)
        slope = np.column_stack([error.T @ scaled, error.sum(axis=0)]) + strength * held
        return -float((logs * occurred).sum()) / len(scaled) + 0.5 * strength * float((held**2).sum()), slope.ravel()

    return np.asarray(minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=_SEARCH).x.reshape(shape))
