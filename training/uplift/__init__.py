"""UPLIFT, LEARNED: what deciding on an offer adds to margin, from decisions drawn by lot, against deciding on nothing."""

from training.uplift.assumed import assumed_effects, left_open
from training.uplift.choice import Choice, choose
from training.uplift.fit import MODERATORS, TooFewDecisions, UpliftReport, fit_uplift
from training.uplift.trial import Trial, options_of, trial_of

__all__ = [
    "MODERATORS",
    "Choice",
    "TooFewDecisions",
    "Trial",
    "UpliftReport",
    "assumed_effects",
    "choose",
    "fit_uplift",
    "left_open",
    "options_of",
    "trial_of",
]
