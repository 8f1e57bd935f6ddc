"""What does an alert say: one sentence with its figures, and nothing personal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.alerts.codes import AlertCode
from models.alerts.known import Known
from models.alerts.rules import RULES

_TEXTS: Mapping[AlertCode, str] = {
    "risk_band_up": "The chance to leave within {days:g} days has risen to {probability:.2f}; the "
    "band it reached begins at {limit:g}.",
    "stage_change_likely": "A change of stage within {days:g} days has a chance of {probability:.2f}; the limit is {limit:g}.",
    "nps_below_limit": "The last answer to whether they would recommend us was {score:g}; in this stage it should be {limit:g} "
    "or more.",
    "onboarding_stalled": "A milestone of onboarding is overdue for {days:.0f} days; the limit is {limit:g}.",
    "no_value_seen": "No sign of value {days:.0f} days after joining; the limit is {limit:g}.",
    "update_overdue": "{tickets:g} open ticket(s) without news for over {hours:g} hours; news is promised within {limit:g}.",
    "usage_falling": "Use of the last 7 days is {share:.2f} of the average week of the last 30; the limit is {limit:g}.",
    "renewal_at_risk": "The term ends in {days:.0f} days and the chance to leave is {probability:.2f}; the limit is {limit:g}.",
}


def text_of(code: AlertCode, facts: Mapping[str, float]) -> str:
    """Return what an alert says, in English.

    >>> text_of("usage_falling", {"share": 0.213, "limit": 0.5})
    'Use of the last 7 days is 0.21 of the average week of the last 30; the limit is 0.5.'
    """
    return _TEXTS[code].format_map(facts)


def facts_of(code: AlertCode, known: Known, *, row: int = 0) -> dict[str, float]:
    """Return the figures an alert rests on for one customer, by the names its text has for them."""
    facts = RULES[code](known).facts
    return {name: float(np.broadcast_to(figures, len(known))[row]) for name, figures in facts.items()}
