"""What of a row of predictions do lists ask for: codes to filter by, and figures to sort by; for a block of rows or for one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from models.rows import FloatArray
from serving.answering.flat import alert_places
from serving.live.places import Place, Places
from serving.live.state import LiveState

Sort: TypeAlias = Literal["risk", "value", "margin_at_risk", "health", "customer_id"]
SORTS: tuple[Sort, ...] = get_args(Sort)
FIGURES: tuple[Sort, ...] = ("risk", "value", "margin_at_risk", "health")
"""What rows are sorted by that is a figure; the id is none."""

BANDS = ("low", "medium", "high")
UNKNOWN = 255
"""The code of what is not known of a customer."""

Codes: TypeAlias = NDArray[np.uint8]
Bits: TypeAlias = NDArray[np.uint32]


@dataclass(frozen=True)
class Traits:
    """Of each row the codes of stage, band and category (`UNKNOWN` where there is none), a bit an alert, and the figures."""

    stage: Codes
    band: Codes
    category: Codes
    alerts: Bits
    figures: Mapping[Sort, FloatArray]


def traits_of(state: LiveState, rows: FloatArray) -> Traits:
    """Return the traits of rows that are in the order of the state's columns."""
    at = _places(state.places)
    risk, margin = _column(rows, at.risk), _column(rows, at.margin)
    return Traits(
        stage=_codes(_column(rows, at.stage)),
        band=_bands(risk, state),
        # Who has no margin has no category in the full answer either.
        category=_codes(np.where(np.isnan(margin), np.nan, _column(rows, at.category))),
        alerts=_alerts(state, rows),
        figures={"risk": risk, "value": margin, "margin_at_risk": risk * margin, "health": _column(rows, at.health)},
    )


def figure_of(state: LiveState, values: Sequence[float], sort: Sort) -> float:
    """Return the figure of one customer by which a list is sorted; NaN where it is not known, 0 where none is needed."""
    if sort == "customer_id":
        return 0.0
    at = _places(state.places)
    if sort == "margin_at_risk":
        return _figure(values, at.risk) * _figure(values, at.margin)
    return _figure(values, {"risk": at.risk, "value": at.margin, "health": at.health}[sort])


@dataclass(frozen=True)
class _At:
    """Where in a row stands what lists ask for."""

    risk: Place
    margin: Place
    category: Place
    health: Place
    stage: Place


def _places(places: Places) -> _At:
    churn, value, health, stage = places.churn, places.value, places.health, places.stage
    return _At(
        risk=churn.horizons.places[churn.horizons.main] if churn else None,
        margin=value.expected if value else None,
        category=value.category if value else None,
        health=health.score if health else None,
        stage=stage.code if stage else None,
    )


def _figure(values: Sequence[float], place: Place) -> float:
    return math.nan if place is None else values[place]


def _column(rows: FloatArray, place: Place) -> FloatArray:
    return np.full(len(rows), np.nan) if place is None else rows[:, place]


def _codes(column: FloatArray) -> Codes:
    known = column >= 0  # NaN is not
    return np.where(known, np.where(known, column, 0.0), UNKNOWN).astype(np.uint8)


def _bands(risk: FloatArray, state: LiveState) -> Codes:
    """Return the place of each band in `BANDS`, drawn as `models.churn.band_of` draws it."""
    churn = state.company.churn
    found = (risk >= churn.medium_from).astype(np.uint8) + (risk >= churn.high_from).astype(np.uint8)
    return np.where(np.isnan(risk), UNKNOWN, found).astype(np.uint8)


def _alerts(state: LiveState, rows: FloatArray) -> Bits:
    bits = np.zeros(len(rows), np.uint32)
    for bit, place in enumerate(alert_places(state).values()):
        bits |= np.where(np.isnan(rows[:, place]), 0, 1 << bit).astype(np.uint32)
    return bits
