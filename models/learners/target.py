"""What are boosted trees grown towards: a yes, one of several classes, an amount, or a rare and heavy-tailed amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidInput
from models.learners.special import expit, softmax
from models.rows import BoolArray, FloatArray

Link = Callable[[FloatArray], FloatArray]


class TargetInvalid(InvalidInput):
    """Labels that the kind of target cannot have: a class beyond the last, a negative amount, an unknown number."""


@dataclass(frozen=True)
class Target:
    """One label a row, float64, and what it means.

    `objective`: LightGBM's own words for it. `link`: what makes an answer of the trees' scores (probabilities of shape (n,) or
    (n, classes), amounts (n,)). `weights`: how much each row counts, only relative to the others; None where all count the same.
    `offset`: scores known before any tree is grown, one a row; the trees learn what to add to them, and answer that alone.
    """

    labels: FloatArray
    objective: Mapping[str, float | int | str]
    link: Link
    weights: FloatArray | None = None
    offset: FloatArray | None = None

    @property
    def relative_weights(self) -> NDArray[np.float32] | None:
        """Return the weights with mean 1, so that their unit does not change how strongly a preset regularises."""
        return None if self.weights is None else (self.weights / self.weights.mean()).astype(np.float32)

    @classmethod
    def binary(cls, labels: FloatArray, *, weights: FloatArray | None = None) -> Target:
        """Return a 0/1 label: scores are log-odds."""
        _check(labels, (labels == 0) | (labels == 1), "0 or 1")
        return cls(labels, {"objective": "binary"}, _probability, weights)

    @classmethod
    def of_classes(cls, codes: FloatArray, *, classes: int, weights: FloatArray | None = None) -> Target:
        """Return one of `classes` codes from 0: a score each, whose softmax are the probabilities.

        A class that no row has gets a score of about -34.5 everywhere, a probability of about 1e-15: not exactly 0.
        """
        _check(codes, (codes >= 0) & (codes < classes) & (codes == np.floor(codes)), f"whole codes from 0 to {classes - 1}")
        return cls(codes, {"objective": "multiclass", "num_class": classes}, _probabilities, weights)

    @classmethod
    def amount(cls, amounts: FloatArray, *, weights: FloatArray | None = None) -> Target:
        """Return a real number, fitted by least squares; meant for logarithms of money, not for money with its long tail."""
        _check(amounts, np.isfinite(amounts), "finite numbers")
        return cls(amounts, {"objective": "regression"}, _itself, weights)

    @classmethod
    def tweedie(cls, amounts: FloatArray, *, power: float = 1.3, weights: FloatArray | None = None) -> Target:
        """Return money that is often exactly 0: scores are logarithms of the expected amount.

        `power` of the mean, between 1 (Poisson) and 2 (gamma), that the variance grows with.
        """
        _check(amounts, np.isfinite(amounts) & (amounts >= 0), "finite amounts of at least 0")
        return cls(amounts, {"objective": "tweedie", "tweedie_variance_power": power}, _exponential, weights)


def _check(labels: FloatArray, fine: BoolArray, needed: str) -> None:
    if not fine.all():
        place = int(np.argmin(fine))
        raise TargetInvalid(
            f"needed {needed} as labels, found {int((~fine).sum())} others, the first {labels[place]} in row {place}"
        )


def _probability(scores: FloatArray) -> FloatArray:
    return np.asarray(expit(scores))


def _probabilities(scores: FloatArray) -> FloatArray:
    return np.asarray(softmax(scores, axis=1))


def _itself(scores: FloatArray) -> FloatArray:
    return scores


def _exponential(scores: FloatArray) -> FloatArray:
    return np.exp(scores)
