"""What does an answer say: the parts that are known, and a typed warning for each that is not.

Built from one live state, so all figures of an answer come from one version, and encoded by msgspec in the field order of the
documentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from features.row_file import RowDamaged
from features.times import DAY, HOUR, Timestamp, format_time
from models.explanation.strongest import Reason
from serving.answering.customer_id import is_customer_id
from serving.answering.moments import moment_said
from serving.answering.parts import (
    AlertAnswer,
    ChurnAnswer,
    HealthAnswer,
    PurchaseAnswer,
    Row,
    StageAnswer,
    ValueAnswer,
    alerts_answer,
    churn_answer,
    health_answer,
    purchase_answer,
    stage_answer,
    value_answer,
)
from serving.door.problems import TYPE_PREFIX
from serving.live.places import Places
from serving.live.state import Found, LiveState, Versions


class Caveat(Struct, frozen=True, omit_defaults=True):
    """A typed warning: something an answer cannot say, or says with a reservation; `part` names the absent member."""

    code: str
    text: str
    part: str | UnsetType = UNSET


class CustomerAnswer(Struct, frozen=True, omit_defaults=True):
    """Everything known about one customer; a part is absent where `warnings` say why."""

    customer_id: str
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    stage: StageAnswer | UnsetType = UNSET
    churn: ChurnAnswer | UnsetType = UNSET
    value: ValueAnswer | UnsetType = UNSET
    health: HealthAnswer | UnsetType = UNSET
    purchase: PurchaseAnswer | UnsetType = UNSET
    alerts: list[AlertAnswer] | UnsetType = UNSET


class ItemError(Struct, frozen=True):
    """Why one item of a list has no prediction; the other items have theirs."""

    type: str
    title: str
    status: int
    detail: str


class PredictionItem(Struct, frozen=True, omit_defaults=True):
    """The prediction for one of the ids asked for, at its place in the list."""

    index: int
    customer_id: str | UnsetType = UNSET
    stage: StageAnswer | UnsetType = UNSET
    churn: ChurnAnswer | UnsetType = UNSET
    value: ValueAnswer | UnsetType = UNSET
    health: HealthAnswer | UnsetType = UNSET
    purchase: PurchaseAnswer | UnsetType = UNSET
    as_of: str | UnsetType = UNSET
    alerts: list[AlertAnswer] | UnsetType = UNSET
    warnings: list[Caveat] | UnsetType = UNSET
    error: ItemError | UnsetType = UNSET


class PredictionsAnswer(Struct, frozen=True):
    """Predictions in the order of the ids; `warnings` hold for every item."""

    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    items: list[PredictionItem]


NOT_AT_RISK = Caveat("not_at_risk", "This customer was not at risk of leaving at `as_of`, so there is no probability.", "churn")
TOO_LITTLE = Caveat(
    "churn_rests_on_too_little", "Too little is known of this customer: the probability is about that of everybody.", "churn"
)

_NO_INTERVAL = Caveat("churn_interval_unavailable", "The live churn model carries no interval.", "churn.low, churn.high")
_NO_PERCENTILE = Caveat("churn_percentile_unavailable", "The live churn model carries no percentiles.", "churn.percentile")
_NO_REASONS = Caveat("churn_reasons_unavailable", "These predictions hold no reasons.", "churn.reasons")
_NO_REASONS_YET = Caveat(
    "churn_reasons_unavailable", "Predicted anew since the snapshot; `?reasons=true` computes the reasons.", "churn.reasons"
)
_NO_NEXT = Caveat("model_missing", "No transition model is live.", "stage.next, stage.expected_days_left")
_NO_HEALTH = Caveat("health_unknown", "None of the features that health is made of is known of this customer.", "health")
_UNKNOWN = ItemError(TYPE_PREFIX + "unknown-customer", "Unknown customer", 404, "The live snapshot holds no such customer.")
_ERASED = ItemError(TYPE_PREFIX + "erased", "Erased", 410, "This customer was erased.")
_DAMAGED = ItemError(
    TYPE_PREFIX + "damaged", "Damaged", 503, "What is stored about this customer is not what was written; it was not used."
)
_MALFORMED = ItemError(
    TYPE_PREFIX + "invalid-request",
    "Invalid request",
    422,
    "An id is 1 to 64 letters, digits or any of `_.:@-`; it is not repeated here.",
)
_FRESHNESS_UNKNOWN = Caveat("freshness_unknown", "What came since could not be asked for lately; newer figures may exist.")
_MISSING = {part: Caveat("model_missing", f"No {part} model is live.", part) for part in ("churn", "value", "purchase")}
_UNPUBLISHED = {
    part: Caveat("not_published", f"These predictions hold no {part}; score again.", part)
    for part in ("stage", "health", "alerts")
}


_UNKNOWN_OF_ONE = {
    "churn": NOT_AT_RISK,
    "value": Caveat("value_not_predicted", "The value model was not made for such a customer.", "value"),
    "purchase": Caveat("purchase_not_predicted", "The purchase model was not made for such a customer.", "purchase"),
    "health": _NO_HEALTH,
}


@dataclass(frozen=True)
class Standing:
    """What holds for every answer from one live state at one moment: what is stale or missing, and whether that degrades it."""

    warnings: list[Caveat]
    degraded: bool


@dataclass(frozen=True)
class Said:
    """What is to be said of one customer: what is known, and what was computed because it was asked for.

    `reasons`: why they may leave; None where stored ones say it. `evidence`: what speaks for their stage.
    """

    found: Found
    reasons: Sequence[Reason] | None = None
    evidence: Sequence[str] = ()


class Known(NamedTuple):
    """What is known when an answer is given: whether state and news are the newest there are, and what of their age is said."""

    is_newest: bool = True
    is_fresh: bool = True
    too_old: str = ""


def age_beyond(state: LiveState, now: Timestamp, stale_hours: float) -> str:
    """Return what is to be said of data older than allowed; nothing of younger ones."""
    age = now - state.as_of
    return f"The live snapshot is {_age(age)} old; the limit is {stale_hours:g} hours." if age > stale_hours * HOUR else ""


@lru_cache(maxsize=2)  # states must not outlive their service for it
def standing(state: LiveState, known: Known) -> Standing:
    """Say what holds for every answer: a missing model or stale data degrade it, a figure no model carries yet does not."""
    serious = [caveat for part, caveat in (_MISSING | _UNPUBLISHED).items() if getattr(state.places, part) is None]
    if state.places.stage and not state.places.stage.next:
        serious.append(_NO_NEXT)
    if not known.is_newest:
        serious.append(Caveat("not_the_live_version", "The newest version could not be used; this is the last one that could."))
    if not known.is_fresh:
        serious.append(_FRESHNESS_UNKNOWN)
    if known.too_old:
        serious.append(Caveat("snapshot_stale", known.too_old))
    return Standing([*serious, *_not_learned(state)], bool(serious))


def _not_learned(state: LiveState) -> list[Caveat]:
    churn = state.places.churn
    if churn is None:
        return []
    absent = [(churn.low, _NO_INTERVAL), (churn.percentile, _NO_PERCENTILE), (state.predictions.reasons, _NO_REASONS)]
    return [caveat for place, caveat in absent if place is None]


def customer_answer(state: LiveState, said: Said, *, request_id: str, held: Standing) -> CustomerAnswer:
    """Return the answer about one customer."""
    parts = _parts(state, said)
    return CustomerAnswer(
        customer_id=said.found.customer_id,
        as_of=moment_said(said.found.as_of),
        request_id=request_id,
        degraded=held.degraded or TOO_LITTLE in parts.warnings,
        warnings=[*parts.warnings, *held.warnings],
        versions=state.versions,
        **parts.known,
    )


def predictions_answer(state: LiveState, customer_ids: Sequence[str], *, request_id: str, held: Standing) -> PredictionsAnswer:
    """Return one item per id asked for, in the same order, an id asked for twice twice."""
    return PredictionsAnswer(
        as_of=format_time(state.as_of),
        request_id=request_id,
        degraded=held.degraded,
        warnings=held.warnings,
        versions=state.versions,
        items=[_item(state, index, customer_id) for index, customer_id in enumerate(customer_ids)],
    )


def _item(state: LiveState, index: int, customer_id: str) -> PredictionItem:
    if not is_customer_id(customer_id):
        return PredictionItem(index, error=_MALFORMED)
    try:
        found = state.find(customer_id)
    except RowDamaged:
        return PredictionItem(index, customer_id, error=_DAMAGED)
    if found is None:
        return PredictionItem(index, customer_id, error=_ERASED if state.is_erased(customer_id) else _UNKNOWN)
    parts, as_of = _parts(state, Said(found)), format_time(found.as_of) if found.is_fresh else UNSET
    return PredictionItem(index, customer_id, **parts.known, warnings=parts.warnings or UNSET, as_of=as_of)


@dataclass(frozen=True)
class _Parts:
    """The parts of one customer's answer by name, and what holds for this customer alone."""

    known: dict[str, Any]
    warnings: list[Caveat]


def _parts(state: LiveState, said: Said) -> _Parts:
    values, places, company = said.found.values, state.places, state.company
    reasons = state.reasons(said.found) if said.reasons is None else said.reasons
    known: dict[str, Any] = {}
    if places.stage:
        known["stage"] = stage_answer(values, places.stage, evidence=said.evidence)
    if places.churn:
        known["churn"] = churn_answer(values, places.churn, company, reasons=reasons)
    if places.value:
        known["value"] = value_answer(values, places.value, currency=company.currency)
    if places.health:
        known["health"] = health_answer(values, places.health)
    if places.purchase:
        known["purchase"] = purchase_answer(values, places.purchase)
    if places.alerts:
        known["alerts"] = alerts_answer(values, places.alerts, company)
    warnings = own_warnings(values, places, known=known)
    lacks_reasons = said.found.is_fresh and not reasons and state.predictions.reasons is not None
    if lacks_reasons and known.get("churn", UNSET) is not UNSET:
        warnings.append(_NO_REASONS_YET)
    return _Parts(known, warnings)


def own_warnings(values: Row, places: Places, *, known: Mapping[str, Any]) -> list[Caveat]:
    """Return what holds for one customer alone, from the parts that are answered; `known` holds UNSET for one that is not."""
    warnings = [caveat for part, caveat in _UNKNOWN_OF_ONE.items() if known.get(part, True) is UNSET]
    thin = None if places.churn is None else places.churn.too_little
    if thin is not None and values[thin] and known.get("churn", UNSET) is not UNSET:
        warnings.append(TOO_LITTLE)
    return warnings


def _age(age: Timestamp) -> str:
    """Return an age in words.

    >>> _age(50 * HOUR), _age(71 * DAY)
    ('50 hours', '71 days')
    """
    return f"{age // HOUR} hours" if age < 4 * DAY else f"{age // DAY} days"
