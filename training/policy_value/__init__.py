"""What would another policy have earned: valued from logged decisions before it is launched, or refused with the reason.

Decisions with their probabilities pass the rules of support, four estimators give the value per decision, each with a 95 %
interval by customer and the paired difference to the policy that was in force. Every decision counts, shown or not.
"""

from training.policy_value.decisions import LoggedDecisions, WrongDecisions
from training.policy_value.estimators import (
    Terms,
    doubly_robust,
    inverse_propensity,
    logged,
    self_normalised,
    switch_doubly_robust,
    switch_threshold,
)
from training.policy_value.intervals import Linearised, interval, linearised
from training.policy_value.outcome_model import predicted_rewards
from training.policy_value.support import (
    PolicyRefused,
    Support,
    TooLittleOverlap,
    UnsupportedPolicy,
    WrongPropensities,
    changed_size,
    measure_support,
    require_support,
)
from training.policy_value.value import ESTIMATORS, PolicyValue, estimated, policy_value

__all__ = [
    "ESTIMATORS",
    "Linearised",
    "LoggedDecisions",
    "PolicyRefused",
    "PolicyValue",
    "Support",
    "Terms",
    "TooLittleOverlap",
    "UnsupportedPolicy",
    "WrongDecisions",
    "WrongPropensities",
    "changed_size",
    "doubly_robust",
    "estimated",
    "interval",
    "inverse_propensity",
    "linearised",
    "logged",
    "measure_support",
    "policy_value",
    "predicted_rewards",
    "require_support",
    "self_normalised",
    "switch_doubly_robust",
    "switch_threshold",
]
