"""What is said of one customer in one flat row: the columns that files for a CRM, batches and lists share, declared once.

A name is the part and the member of the full answer (`churn` and `probability` give `churn_probability`). What is not known is
absent: an empty cell, a member left out, a null in Parquet; never a 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from features.times import format_time
from serving.answering.parts import churn_answer, health_answer, purchase_answer, stage_answer, value_answer
from serving.live.places import Places
from serving.live.state import Found, LiveState

FlatKind: TypeAlias = Literal["text", "number", "whole", "flag"]
"""What stands in a column; moments are text, ISO 8601 in UTC."""

BETWEEN_CODES = ";"
"""Between the codes of several alerts in one cell."""

_ALERT = "alert_"
_KINDS: dict[type, FlatKind] = {str: "text", float: "number", int: "whole", bool: "flag"}
_Known = TypeVar("_Known")


class FlatCustomer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One customer as one flat row; the fields are the columns, in this order."""

    customer_id: Annotated[str | None, Meta(description="Your id of the customer.")] = None
    as_of: Annotated[str | None, Meta(description="The moment of prediction: only what was known before it counts.")] = None
    stage: Annotated[str | None, Meta(description="The present stage.")] = None
    stage_since: Annotated[str | None, Meta(description="Since when; absent while the stage is not confirmed.")] = None
    stage_next: Annotated[str | None, Meta(description="The likeliest stage at the end of the main horizon.")] = None
    stage_next_probability: Annotated[float | None, Meta(description="How likely that stage is.")] = None
    stage_expected_days_left: Annotated[float | None, Meta(description="Days left in the present stage.")] = None
    churn_probability: Annotated[float | None, Meta(description="Chance to leave; absent for who is not at risk.")] = None
    churn_horizon_days: Annotated[int | None, Meta(description="Within so many days.")] = None
    churn_low: Annotated[float | None, Meta(description="Lower end of the interval of that chance.")] = None
    churn_high: Annotated[float | None, Meta(description="Upper end of the interval of that chance.")] = None
    churn_percentile: Annotated[float | None, Meta(description="0 to 100 among all at risk; higher is riskier.")] = None
    churn_band: Annotated[str | None, Meta(description="low, medium or high, as the company file draws it.")] = None
    churn_reason: Annotated[str | None, Meta(description="Code of the strongest reason, where reasons are held.")] = None
    value_expected_margin: Annotated[float | None, Meta(description="Margin expected within the horizon.")] = None
    value_currency: Annotated[str | None, Meta(description="The currency of every amount in the row.")] = None
    value_horizon_days: Annotated[int | None, Meta(description="Within so many days.")] = None
    value_low: Annotated[float | None, Meta(description="One in ten brings less.")] = None
    value_high: Annotated[float | None, Meta(description="One in ten brings more.")] = None
    value_category: Annotated[str | None, Meta(description="The company's value category.")] = None
    value_treatment: Annotated[str | None, Meta(description="What is to be done with customers of that category.")] = None
    value_lever: Annotated[str | None, Meta(description="Where the most money is at stake.")] = None
    margin_at_risk: Annotated[float | None, Meta(description="Chance to leave times expected margin.")] = None
    health_score: Annotated[float | None, Meta(description="0 (ill) to 100 (well).")] = None
    purchase_probability: Annotated[float | None, Meta(description="Chance of a purchase within the horizon.")] = None
    purchase_expected_days: Annotated[float | None, Meta(description="Days until half of such customers bought.")] = None
    alerts: Annotated[str | None, Meta(description="Codes of the alerts that stand, `;` between them.")] = None
    is_fresh: Annotated[bool | None, Meta(description="True where news since the snapshot are in it.")] = None
    error: Annotated[str | None, Meta(description="Why the row holds nothing: unknown_customer, malformed_id or erased.")] = None


@dataclass(frozen=True)
class FlatColumn:
    """One column of a flat row: what it is called, what stands in it, and what that means."""

    name: str
    kind: FlatKind
    about: str


def _columns() -> tuple[FlatColumn, ...]:
    found = []
    for field in msgspec.structs.fields(FlatCustomer):
        told, meta = get_args(field.type)
        plain = next(each for each in get_args(told) if each is not NoneType)
        found.append(FlatColumn(field.name, _KINDS[plain], meta.description))
    return tuple(found)


FLAT_COLUMNS: tuple[FlatColumn, ...] = _columns()
"""The columns in their order: a later version adds some at the end, and neither renames nor removes one."""


def flat_customer(state: LiveState, found: Found) -> FlatCustomer:
    """Return the row of one customer as `state` knows them."""
    parts = {**_stage(state, found), **_churn(state, found), **_value(state, found), **_others(state.places, found)}
    known = {name: value for name, value in parts.items() if value is not UNSET}
    if "churn_probability" in known and "value_expected_margin" in known:
        known["margin_at_risk"] = known["churn_probability"] * known["value_expected_margin"]
    codes = standing_alerts(state, found)
    return FlatCustomer(
        customer_id=found.customer_id,
        as_of=format_time(found.as_of),
        alerts=BETWEEN_CODES.join(codes) or None,
        is_fresh=found.is_fresh,
        **known,
    )


def alert_places(state: LiveState) -> Mapping[str, int]:
    """Return where in a row of predictions each alert stands, by its code; nothing where none are published."""
    return _alert_places(state.predictions.columns)


@lru_cache(maxsize=4)
def _alert_places(columns: tuple[str, ...]) -> Mapping[str, int]:
    return {name.removeprefix(_ALERT): at for at, name in enumerate(columns) if name.startswith(_ALERT)}


def standing_alerts(state: LiveState, found: Found) -> tuple[str, ...]:
    """Return the codes of the alerts that stand for a customer: those of which a moment is known since when."""
    values = found.values
    return tuple(code for code, at in alert_places(state).items() if values[at] == values[at])


def _stage(state: LiveState, found: Found) -> dict[str, Any]:
    places = state.places.stage
    told = _answered(stage_answer(found.values, places) if places else None)
    if told is None:
        return {}
    next_up = None if told.next is UNSET else told.next[0]
    return {
        "stage": told.current,
        "stage_since": told.since,
        "stage_next": next_up.stage if next_up else UNSET,
        "stage_next_probability": next_up.probability if next_up else UNSET,
        "stage_expected_days_left": told.expected_days_left,
    }


def _churn(state: LiveState, found: Found) -> dict[str, Any]:
    places = state.places.churn
    reasons = state.reasons(found)
    told = _answered(churn_answer(found.values, places, state.company, reasons=reasons) if places else None)
    if told is None:
        return {}
    names = ("probability", "horizon_days", "low", "high", "percentile", "band")
    reason = reasons[0].code if reasons else UNSET
    return {f"churn_{name}": getattr(told, name) for name in names} | {"churn_reason": reason}


def _value(state: LiveState, found: Found) -> dict[str, Any]:
    places = state.places.value
    told = _answered(value_answer(found.values, places, currency=state.company.currency) if places else None)
    if told is None:
        return {}
    names = ("expected_margin", "currency", "horizon_days", "low", "high", "category", "treatment", "lever")
    return {f"value_{name}": getattr(told, name) for name in names}


def _others(places: Places, found: Found) -> dict[str, Any]:
    health = _answered(health_answer(found.values, places.health) if places.health else None)
    purchase = _answered(purchase_answer(found.values, places.purchase) if places.purchase else None)
    known: dict[str, Any] = {} if health is None else {"health_score": health.score}
    if purchase is not None:
        known |= {f"purchase_{name}": getattr(purchase, name) for name in ("probability", "expected_days")}
    return known


def _answered(part: _Known | UnsetType | None) -> _Known | None:
    return None if isinstance(part, UnsetType) else part
