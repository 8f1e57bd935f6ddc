"""What does a page of a list say: a few figures of each customer, under the names of the flat columns."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from features.times import format_time
from models.churn.band import band_of
from serving.answering.answers import Caveat
from serving.answering.flat import standing_alerts
from serving.answering.parts import health_answer, stage_answer, value_answer
from serving.listing.orders import Way
from serving.listing.traits import Sort, figure_of
from serving.live.state import Found, LiveState, Versions


class ListedCustomer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One customer of a list; what is not known of them is absent."""

    customer_id: str
    as_of: str
    alerts: Sequence[str]
    stage: str | UnsetType = UNSET
    churn_probability: float | UnsetType = UNSET
    churn_band: str | UnsetType = UNSET
    value_expected_margin: float | UnsetType = UNSET
    value_category: str | UnsetType = UNSET
    margin_at_risk: float | UnsetType = UNSET
    health_score: float | UnsetType = UNSET


class CustomersAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One page of a list, and where the next begins."""

    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    sort: Sort
    order: Way
    total: int
    items: list[ListedCustomer]
    next_cursor: str | UnsetType = UNSET


def listed(state: LiveState, found: Found) -> ListedCustomer:
    """Return what a list says of one customer."""
    values, places = found.values, state.places
    stage = stage_answer(values, places.stage) if places.stage else UNSET
    value = value_answer(values, places.value, currency="") if places.value else UNSET
    health = health_answer(values, places.health) if places.health else UNSET
    risk = _known(figure_of(state, values, "risk"))
    return ListedCustomer(
        customer_id=found.customer_id,
        as_of=format_time(found.as_of),
        alerts=standing_alerts(state, found),
        stage=stage if stage is UNSET else stage.current,
        churn_probability=risk,
        churn_band=risk if risk is UNSET else band_of(risk, state.company),
        value_expected_margin=value if value is UNSET else value.expected_margin,
        value_category=value if value is UNSET else value.category,
        margin_at_risk=_known(figure_of(state, values, "margin_at_risk")),
        health_score=health if health is UNSET else health.score,
    )


def _known(figure: float) -> float | UnsetType:
    return UNSET if figure != figure else figure
