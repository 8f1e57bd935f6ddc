"""Predictions that decisions can be made from, by hand: a customer for whom several offers of the default company pass."""

from __future__ import annotations

import re
from collections.abc import Mapping

from features.company import default_company_text

WELL: Mapping[str, float] = {
    "tenure_days": 200.0,
    "contract_days_left": 20.0,
    "contract_cancelled": 0.0,
    "usage_breadth_30d": 6.0,
    "usage_breadth_90d": 6.0,
    "usage_active_days_30d": 10.0,
    "usage_count_30d": 40.0,
    "usage_count_90d": 120.0,
    "tickets_open": 0.0,
    "tickets_open_silent_24h": 0.0,
    "tickets_count_90d": 0.0,
    "tickets_complaints_90d": 0.0,
    "milestones_overdue": 0.0,
    "surveys_nps_last": 9.0,
    "consent_to_email": 1.0,
    "consent_to_phone": 1.0,
    "consent_to_sms": 1.0,
    "code_of_language": float("nan"),
}
"""A customer in the growth stage who uses much and complains of nothing; by the names of features."""

_SCORES = {
    "value_90": 300.0,
    "value_percentile": 80.0,
    "health_score": 70.0,
    "stage_growth_curve": 3.0,
    "stage_growth_curve_since": 0.0,
    "stage_funnel": 3.0,
    "stage_funnel_since": 0.0,
    "stage_success_phases": 2.0,
    "stage_success_phases_since": 0.0,
}


def decidable(**features: float) -> dict[str, float]:
    """Return columns of predictions for such a customer, some features changed."""
    return {**{f"feature_{name}": value for name, value in {**WELL, **features}.items()}, **_SCORES}


def company_with(offers: int, *, exploration_share: float = 0.05, control_share: float = 0.02) -> str:
    """Return the default company file with so many offers, ten or more, every further one a copy of one of the ten."""
    text = default_company_text("default")
    text = re.sub(r"(?m)^exploration_share = .*$", f"exploration_share = {exploration_share}", text)
    text = re.sub(r"(?m)^control_share = .*$", f"control_share = {control_share}", text)
    blocks = re.findall(r"(?ms)^\[\[offers\]\]\n.*?(?=^\[)", text)
    copies = []
    for number in range(len(blocks), offers):
        block = blocks[number % len(blocks)]
        copies.append(re.sub(r'(?m)^id = "(\w+)"', rf'id = "\1_{number}"', block, count=1))
    last = blocks[-1]
    return text.replace(last, last + "".join(copies))
