"""What is a new policy worth against the live one, from the log alone: every estimator with interval and paired difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.rows import FloatArray
from training.measures.resamples import Estimate
from training.policy_value.decisions import LoggedDecisions
from training.policy_value.estimators import (
    Terms,
    doubly_robust,
    inverse_propensity,
    logged,
    self_normalised,
    switch_doubly_robust,
)
from training.policy_value.intervals import interval, linearised
from training.policy_value.support import Support, require_support

ESTIMATORS = ("ips", "snips", "dr", "switch_dr")
"""In the order they are reported; the last two need a model of the reward."""
_BY_MODEL = ("dr", "switch_dr")


@dataclass(frozen=True)
class PolicyValue:
    """Reward per decision, each with its 95 % interval, higher is better.

    `logged`: of the policy that was in force. `values` and `differences` (new less logged, paired) by estimator. A difference by
    weights alone (`ips`, `snips`) is left out where too few decisions carry it (`Support.compares_by_weight`): of two policies
    that differ seldom, a handful of heavy decisions would decide, and its interval covers the truth in four of five cases only.
    """

    support: Support
    logged: Estimate
    values: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]


def policy_value(decisions: LoggedDecisions, predicted: FloatArray | None = None) -> PolicyValue:
    """Value the new policy, one step ahead, with the contact history as logged.

    Parameters
    ----------
    predicted : float64, shape (n, actions), optional
        The reward expected of each action (`predicted_rewards`); without it the doubly robust estimators are left out.

    Raises
    ------
    UnsupportedPolicy, WrongPropensities, TooLittleOverlap
        If the log cannot answer.
    """
    support = require_support(decisions)
    live = linearised(logged(decisions), decisions.customer)
    found = {name: linearised(terms, decisions.customer) for name, terms in estimated(decisions, predicted).items()}
    return PolicyValue(
        support=support,
        logged=interval(live),
        values={name: interval(each) for name, each in found.items()},
        differences={
            name: interval(each - live) for name, each in found.items() if name in _BY_MODEL or support.compares_by_weight
        },
    )


def estimated(decisions: LoggedDecisions, predicted: FloatArray | None = None) -> dict[str, Terms]:
    """Return the terms of every estimator that can be taken, by name; it asks for no support."""
    weighed = {"ips": inverse_propensity(decisions), "snips": self_normalised(decisions)}
    if predicted is None:
        return weighed
    return {**weighed, "dr": doubly_robust(decisions, predicted), "switch_dr": switch_doubly_robust(decisions, predicted)}
