"""When does each alert stand, since when, and on which figures: one function an alert, over many customers at once.

Where a figure that is needed is not known, the alert does not stand. Who has left already is spoken of no more, except where
they still wait for an answer or said what they think of us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from features.times import DAY
from models.alerts.codes import AlertCode
from models.alerts.known import Known
from models.rows import BoolArray, FloatArray

FEWEST_USES = 6
"""Who used the product less often within 90 days has no level from which use could fall."""

SILENT_HOURS = 24.0
"""The silence on open tickets that is counted; a promise of more hours than that is not known to be broken."""


@dataclass(frozen=True)
class Finding:
    """For whom an alert stands, the figures it rests on, and how many days ago it began; NaN: seen now for the first time."""

    stands: BoolArray
    facts: Mapping[str, FloatArray | float]
    days_ago: FloatArray | float = field(default=np.nan)


Rule: TypeAlias = Callable[[Known], Finding]


def band_places(leaving: FloatArray, known: Known) -> FloatArray:
    """Return 0, 1 or 2 for a low, medium or high chance to leave; NaN where it is not known."""
    churn = known.company.churn
    places = (leaving >= churn.medium_from).astype(np.float64) + (leaving >= churn.high_from)
    return np.where(np.isfinite(leaving), places, np.nan)


def _risk_band_up(known: Known) -> Finding:
    """Find who is in a band that one can rise to; `columns.py` compares with the predictions before."""
    leaving, churn = known.leaving, known.company.churn
    limit = np.where(leaving >= churn.high_from, churn.high_from, churn.medium_from)
    days = float(known.company.horizon_days)
    return Finding(band_places(leaving, known) > 0, {"probability": leaving, "limit": limit, "days": days})


def _stage_change_likely(known: Known) -> Finding:
    company = known.company
    stays = np.full(len(known), np.nan)
    codes = known.column(f"stage_{company.default_stage_set}")
    for code, stage in enumerate(company.stage_set.stages):
        stays = np.where(codes == code, known.column(f"transition_{company.horizon_days}_{stage.name}"), stays)
    limit = company.alerts.stage_change_probability
    return Finding(1 - stays >= limit, {"probability": 1 - stays, "limit": limit, "days": float(company.horizon_days)})


def _nps_below_limit(known: Known) -> Finding:
    score = known.feature("surveys_nps_last")
    limits = [each for each in known.company.kpi_limits if each.kpi == "nps_score"]
    limit = known.of_stage({each.stage: each.minimum for each in limits if each.minimum is not None})
    return Finding(score < limit, {"score": score, "limit": limit}, known.feature("surveys_nps_days_since"))


def _onboarding_stalled(known: Known) -> Finding:
    overdue, limit = known.feature("milestones_overdue_days"), float(known.company.alerts.onboarding_stalled_days)
    return Finding((overdue > limit) & known.may_leave, {"days": overdue, "limit": limit}, overdue - limit)


def _no_value_seen(known: Known) -> Finding:
    tenure, limit = known.feature("tenure_days"), float(known.company.alerts.no_value_days)
    stands = (tenure >= limit) & known.may_leave & _without_value(known)
    return Finding(stands, {"days": tenure, "limit": limit}, tenure - limit)


def _without_value(known: Known) -> BoolArray:
    """Return who never used anything that is hard to replace, nor reached every milestone; nobody where neither is known."""
    deep, done = "usage_deep_days_since_last", "milestones_done_share"
    if not (known.has_feature(deep) or known.has_feature(done)):
        return np.zeros(len(known), dtype=np.bool_)
    found = np.ones(len(known), dtype=np.bool_)
    if known.has_feature(deep):
        found &= np.isnan(known.feature(deep))
    return found & (known.feature(done) < 1) if known.has_feature(done) else found


def _update_overdue(known: Known) -> Finding:
    tickets = known.feature("tickets_open_silent_24h")
    # the hours are sought as the largest of their negatives: where two stages promise, the shorter promise counts
    promised = -known.of_stage({sla.stage: -sla.update_hours for sla in known.company.slas})
    hours = np.where(np.isfinite(promised), promised, known.company.alerts.update_overdue_hours)
    return Finding((tickets > 0) & (hours <= SILENT_HOURS), {"tickets": tickets, "limit": hours, "hours": SILENT_HOURS})


def _usage_falling(known: Known) -> Finding:
    share, limit = known.feature("usage_week_vs_30w"), known.company.alerts.usage_fall_share
    enough = known.feature("usage_count_90d") >= FEWEST_USES
    return Finding((share < limit) & enough & known.may_leave, {"share": share, "limit": limit})


def _renewal_at_risk(known: Known) -> Finding:
    left, leaving, alerts = known.feature("contract_days_left"), known.leaving, known.company.alerts
    stands = (left >= 0) & (left <= alerts.renewal_days) & (leaving >= alerts.renewal_churn_probability)
    return Finding(stands, {"days": left, "probability": leaving, "limit": alerts.renewal_churn_probability})


RULES: Mapping[AlertCode, Rule] = {
    "risk_band_up": _risk_band_up,
    "stage_change_likely": _stage_change_likely,
    "nps_below_limit": _nps_below_limit,
    "onboarding_stalled": _onboarding_stalled,
    "no_value_seen": _no_value_seen,
    "update_overdue": _update_overdue,
    "usage_falling": _usage_falling,
    "renewal_at_risk": _renewal_at_risk,
}


def moments(finding: Finding, *, as_of: int) -> FloatArray:
    """Return since when, for each customer: the moment the fact began, to the second, else the moment of prediction."""
    ago = np.broadcast_to(finding.days_ago, finding.stands.shape)
    began = np.floor((as_of - ago * DAY) / 1_000_000) * 1_000_000
    return np.where(np.isfinite(ago), np.minimum(began, as_of), float(as_of))
