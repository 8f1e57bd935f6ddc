"""Since when does each alert stand for each customer: a column an alert, carried over from the predictions that were live before.

A moment once published stays while the alert stands, so that an alert is one alert however often predictions are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from features.times import DAY, Timestamp
from models.alerts.codes import AlertCode, alert_column
from models.alerts.known import Known
from models.alerts.rules import RULES, Finding, band_places, moments
from models.rows import BoolArray, FloatArray


@dataclass(frozen=True)
class Before:
    """What was live before, of the same customers in the same order: NaN for who was not there.

    `same_churn`: whether the same model said the chances to leave; only then can their bands be compared.
    """

    columns: Mapping[str, FloatArray]
    same_churn: bool


def alert_columns(known: Known, *, as_of: Timestamp, before: Before | None = None) -> dict[str, FloatArray]:
    """Return `alert_<code>` for every alert: since when it stands, microseconds UTC; NaN where it does not stand."""
    return {alert_column(code): _since(code, known, as_of=as_of, before=before) for code in RULES}


def _since(code: AlertCode, known: Known, *, as_of: Timestamp, before: Before | None) -> FloatArray:
    finding, stood = RULES[code](known), _stood(code, before, rows=len(known))
    if code == "risk_band_up":
        # a rise is news for as long as the horizon it speaks of
        stood = np.where(as_of - stood < known.company.horizon_days * DAY, stood, np.nan)
        finding = _risen(finding, known, stood=np.isfinite(stood), before=before)
    since = np.where(np.isfinite(stood), stood, moments(finding, as_of=as_of))
    return np.where(finding.stands, since, np.nan)


def _stood(code: AlertCode, before: Before | None, *, rows: int) -> FloatArray:
    found = None if before is None else before.columns.get(alert_column(code))
    return np.full(rows, np.nan) if found is None else found


def _risen(finding: Finding, known: Known, *, stood: BoolArray, before: Before | None) -> Finding:
    """Keep who rose since the predictions before, or had risen then and has not come down."""
    name = f"churn_{known.company.horizon_days}"
    if before is None or not before.same_churn or name not in before.columns:
        return replace(finding, stands=np.zeros(len(known), dtype=np.bool_))
    now, then = band_places(known.leaving, known), band_places(before.columns[name], known)
    return replace(finding, stands=finding.stands & ((now > then) | (stood & (now >= then))))
