"""How do several learners give one answer: a weighted mean of their log-odds, over those of them that know the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.errors import InvalidInput
from models.learners.special import logit
from models.rows import FloatArray

_NEAREST = 1e-9


class WeightsInvalid(InvalidInput):
    """Weights of a blend that are none: empty, repeated, negative, or not adding up to 1."""


def check_weights(weights: Sequence[tuple[str, float]]) -> None:
    """Refuse weights that could not be a mean.

    Raises
    ------
    WeightsInvalid
        If there are none, a name is repeated, one is not positive, or they do not add up to 1.
    """
    names = [name for name, _ in weights]
    total = sum(weight for _, weight in weights)
    if not names or len(set(names)) < len(names) or min(weight for _, weight in weights) <= 0 or abs(total - 1.0) > _NEAREST:
        raise WeightsInvalid(
            f"needed distinct members with positive weights that add up to 1, found {dict(weights)} adding up to {total}"
        )


def blended(
    log_odds: Mapping[str, FloatArray], weights: Sequence[tuple[str, float]], *, otherwise: float | FloatArray
) -> FloatArray:
    """Return the weighted mean log-odds of each row, or of each row and horizon: in the shape that each member answers in.

    A member that answers NaN knows nothing of that customer: its weight goes to the others in their proportion. Where none knows,
    the answer is `otherwise`, the log-odds of the population (one, or one a horizon).

    Examples
    --------
    >>> answers = {"trees": np.array([1.0, 1.0, np.nan]), "rhythm": np.array([3.0, np.nan, np.nan])}
    >>> blended(answers, [("trees", 0.5), ("rhythm", 0.5)], otherwise=-2.0).tolist()
    [2.0, 1.0, -2.0]
    """
    stacked = np.stack([log_odds[name] for name, _ in weights])
    unknown = np.isnan(stacked)
    shares = np.array([weight for _, weight in weights]).reshape(-1, *(1,) * (stacked.ndim - 1))
    heavy = np.where(unknown, 0.0, shares)
    total = heavy.sum(axis=0)
    mean = (heavy * np.where(unknown, 0.0, stacked)).sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, otherwise)


def to_log_odds(probabilities: FloatArray) -> FloatArray:
    """Return the log-odds of probabilities, finite for 0 and 1 too: nothing is ever certain to less than one in a billion.

    >>> to_log_odds(np.array([0.5, 1.0])).round(2).tolist()
    [0.0, 20.72]
    """
    return np.asarray(logit(np.clip(probabilities, _NEAREST, 1.0 - _NEAREST)))
