"""What would the new policy have brought per decision? Four published answers, each a ratio of two sums over decisions.

Every estimator gives its terms; value, interval and paired difference follow from those alone (intervals.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.rows import FloatArray
from training.policy_value.decisions import LoggedDecisions


@dataclass(frozen=True)
class Terms:
    """The two sums of an estimator, a row a decision: the value per decision is the sum of `top` over that of `bottom`."""

    top: FloatArray
    bottom: FloatArray

    @property
    def value(self) -> float:
        """Return the value per decision, in the unit of the reward; higher is better."""
        return float(self.top.sum() / self.bottom.sum())


def logged(decisions: LoggedDecisions) -> Terms:
    """Return the terms of the logging policy itself: the plain mean of what came."""
    return _per_decision(decisions.reward)


def inverse_propensity(decisions: LoggedDecisions) -> Terms:
    """Return the terms of inverse propensity scoring (Horvitz and Thompson 1952): unbiased, noisy where weights are large."""
    return _per_decision(decisions.weight * decisions.reward)


def self_normalised(decisions: LoggedDecisions) -> Terms:
    """Return the terms of self-normalised IPS (Swaminathan and Joachims 2015), IPS over the mean weight.

    Adding a constant to every reward adds it to the value, which IPS does only on average.
    """
    return Terms(decisions.weight * decisions.reward, decisions.weight)


def doubly_robust(decisions: LoggedDecisions, predicted: FloatArray) -> Terms:
    """Return the terms of the doubly robust estimator (Dudik, Langford and Li 2011).

    The model answers for every action, and the weighted errors of the model at the actions taken correct it: unbiased whatever
    the model says, and with no variance from weights where the model is right.

    Parameters
    ----------
    predicted : float64, shape (n, actions)
        The reward expected of each action, by a model that never learned from that customer (outcome_model.py).
    """
    return _corrected(decisions, predicted, decisions.ratio)


def switch_doubly_robust(decisions: LoggedDecisions, predicted: FloatArray) -> Terms:
    """Return the terms of switch-DR (Wang, Agarwal and Dudik 2017): the model alone where the ratio is above the threshold.

    Less variance for some bias, of the size of the model's error times the part of the new policy that is switched.
    """
    kept = decisions.ratio <= switch_threshold(len(decisions))
    return _corrected(decisions, predicted, np.where(kept, decisions.ratio, 0.0))


def switch_threshold(decisions: int) -> float:
    """Return the ratio above which switch-DR trusts the model alone: the square root of the number of decisions.

    The rule of truncated importance sampling (Ionides 2008): the bias vanishes as the log grows, and no single decision can carry
    more than the noise of the rest. It is fixed before any value is looked at.

    >>> switch_threshold(2_500)
    50.0
    """
    return float(np.sqrt(decisions))


def _corrected(decisions: LoggedDecisions, predicted: FloatArray, ratio: FloatArray) -> Terms:
    reward, covered = decisions.reward, np.where(decisions.possible, decisions.new_probabilities, 0.0)
    modelled = (covered * predicted).sum(axis=1)
    return _per_decision(modelled + ratio * (reward - decisions.taken(predicted)) + decisions.unsupported * reward)


def _per_decision(top: FloatArray) -> Terms:
    return Terms(top, np.ones(len(top)))
