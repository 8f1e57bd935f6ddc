"""Which alerts are there: the code of each, the column it stands in, and the features they read."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

AlertCode: TypeAlias = Literal[
    "risk_band_up",
    "stage_change_likely",
    "nps_below_limit",
    "onboarding_stalled",
    "no_value_seen",
    "update_overdue",
    "usage_falling",
    "renewal_at_risk",
]
ALERT_CODES: tuple[AlertCode, ...] = get_args(AlertCode)

MOST_URGENT_FIRST: tuple[AlertCode, ...] = (
    "update_overdue",
    "renewal_at_risk",
    "risk_band_up",
    "usage_falling",
    "nps_below_limit",
    "onboarding_stalled",
    "no_value_seen",
    "stage_change_likely",
)
"""Which alert is named where there is room for one: a broken promise before a loss that is near, that before a sign of one."""

_FEATURES = (
    "contract_days_left",
    "milestones_done_share",
    "milestones_overdue_days",
    "surveys_nps_days_since",
    "surveys_nps_last",
    "tenure_days",
    "tickets_open_silent_24h",
    "usage_count_90d",
    "usage_deep_days_since_last",
    "usage_week_vs_30w",
)


def alert_column(code: AlertCode) -> str:
    """Return the column of the predictions that holds since when the alert stands.

    >>> alert_column("usage_falling")
    'alert_usage_falling'
    """
    return f"alert_{code}"


def alert_features() -> tuple[str, ...]:
    """Return the features that alerts read, sorted; a company that has not got one of them has not got its alert either."""
    return _FEATURES
