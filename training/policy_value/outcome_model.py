"""What would each action bring this customer? A cross-fitted model of the reward, for the doubly robust estimators.

Ridge regression in two layers: one for all actions together, and for each action one of what the first leaves over, shrunk so
hard that an action seldom taken says what the first says. Who is predicted was never learned from: folds are whole customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.rows import BoolArray, FloatArray
from training.policy_value.decisions import LoggedDecisions

FOLDS = 5
COMMON_ROWS = 1.0
"""How many rows the penalty of the layer for all actions weighs, on standardised columns."""
ACTION_ROWS = 100.0
"""The same for the layer of one action: an action taken a hundred times is believed half."""


@dataclass(frozen=True)
class _Scale:
    """Columns as they are learned from: centred, of spread 1, the mean where not known, and whether they are known."""

    mean: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, features: FloatArray) -> _Scale:
        known = np.isfinite(features)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, features, 0.0).sum(axis=0) / count
        spread = np.sqrt(np.where(known, np.square(features - mean), 0.0).sum(axis=0) / count)
        return cls(mean, np.where(spread > 0, spread, 1.0))

    def design(self, features: FloatArray) -> FloatArray:
        known = np.isfinite(features)
        scaled = np.where(known, (features - self.mean) / self.spread, 0.0)
        return np.column_stack([np.ones(len(features)), scaled, ~known])


def predicted_rewards(decisions: LoggedDecisions, features: FloatArray, *, seed: int) -> FloatArray:
    """Return the reward expected of each action in each decision, by a model that never saw that customer.

    Parameters
    ----------
    features : float64, shape (n, p)
        What was known when it was decided; NaN where a feature was not known. What came afterwards must not be among them.
    seed : int
        Deals the customers into the folds.

    Returns
    -------
    float64, shape (n, actions)
        In the unit of the reward.
    """
    codes = np.unique(decisions.customer, return_inverse=True)[1]
    fold = np.random.default_rng(seed).permutation(codes.max() + 1)[codes] % FOLDS
    predicted = np.zeros(decisions.new_probabilities.shape)
    for held in np.unique(fold):
        predicted[fold == held] = _fitted_elsewhere(decisions, features, fold == held)
    return predicted


def _fitted_elsewhere(decisions: LoggedDecisions, features: FloatArray, held: BoolArray) -> FloatArray:
    scale, learn = _Scale.of(features[~held]), ~held
    rows, asked = scale.design(features[learn]), scale.design(features[held])
    reward, action = decisions.reward[learn], decisions.action[learn]
    common = _ridge(rows, reward, COMMON_ROWS, free=1)
    left_over = reward - rows @ common
    by_action = [_ridge(rows[action == one], left_over[action == one], ACTION_ROWS) for one in range(decisions.actions)]
    return np.asarray((asked @ common)[:, None] + asked @ np.column_stack(by_action))


def _ridge(rows: FloatArray, target: FloatArray, penalty: float, *, free: int = 0) -> FloatArray:
    """Return the coefficients; the first `free` columns are not shrunk."""
    weights = np.full(rows.shape[1], penalty)
    weights[:free] = 0.0
    found, *_ = np.linalg.lstsq(rows.T @ rows + np.diag(weights), rows.T @ target, rcond=None)
    return np.asarray(found)
