"""What does an answer say: the parts that are known, and a typed warning for each that is not.

Built from one live state, so all figures of an answer come from one version, and encoded by msgspec in the field order of the
documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET, Struct, UnsetType

from features.times import DAY, HOUR, Timestamp, format_time
from serving.door.problems import TYPE_PREFIX
from serving.live.state import LiveState, Versions
from serving.schemas import is_customer_id


class Caveat(Struct, frozen=True, omit_defaults=True):
    """A typed warning: something an answer cannot say, or says with a reservation; `part` names the absent member."""

    code: str
    text: str
    part: str | UnsetType = UNSET


class HorizonAnswer(Struct, frozen=True):
    """The chance to leave within so many days."""

    days: int
    probability: float


class ChurnAnswer(Struct, frozen=True):
    """The chance to leave within the main horizon, and within each horizon."""

    probability: float
    horizon_days: int
    horizons: list[HorizonAnswer]


class CustomerAnswer(Struct, frozen=True, omit_defaults=True):
    """Everything known about one customer; `churn` is absent where `warnings` say why."""

    customer_id: str
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    churn: ChurnAnswer | UnsetType = UNSET


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
    churn: ChurnAnswer | UnsetType = UNSET
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

_NOT_LEARNED = [
    Caveat("churn_interval_unavailable", "The live churn model carries no interval.", "churn.low, churn.high"),
    Caveat("churn_percentile_unavailable", "The live churn model carries no percentiles.", "churn.percentile"),
    Caveat("churn_band_unavailable", "The live churn model carries no bands.", "churn.band"),
    Caveat("churn_reasons_unavailable", "The live churn model carries no reasons.", "churn.reasons"),
]
_UNKNOWN = ItemError(TYPE_PREFIX + "unknown-customer", "Unknown customer", 404, "The live snapshot holds no such customer.")
_MALFORMED = ItemError(
    TYPE_PREFIX + "invalid-request",
    "Invalid request",
    422,
    "An id is 1 to 64 letters, digits or any of `_.:@-`; it is not repeated here.",
)
_MISSING = {part: Caveat("model_missing", f"No {part} model is live.", part) for part in ("stage", "churn", "value", "health")}


@dataclass(frozen=True)
class Standing:
    """What holds for every answer from one live state at one moment: what is stale or missing, and whether that degrades it."""

    warnings: list[Caveat]
    degraded: bool


def standing(state: LiveState, *, now: Timestamp, stale_hours: float, is_newest: bool = True) -> Standing:
    """Say what holds for every answer: a missing model or stale data degrade it, a figure no model carries yet does not."""
    serious = [_MISSING[part] for part in _MISSING if part not in state.parts]
    if not is_newest:
        serious.append(Caveat("not_the_live_version", "The newest version could not be used; this is the last one that could."))
    age = now - state.as_of
    if age > stale_hours * HOUR:
        serious.append(Caveat("snapshot_stale", f"The data end {_age(age)} ago, at `as_of`; the limit is {stale_hours:g} hours."))
    return Standing([*serious, *(_NOT_LEARNED if "churn" in state.parts else [])], bool(serious))


def customer_answer(state: LiveState, customer_id: str, *, request_id: str, held: Standing) -> CustomerAnswer | None:
    """Return the answer about one customer; None if the live snapshot does not hold that customer."""
    row = state.predictions.row(customer_id)
    if row is None:
        return None
    churn = _churn(state, row)
    own = _own_warnings(state, row, churn)
    return CustomerAnswer(
        customer_id=customer_id,
        as_of=format_time(state.as_of),
        request_id=request_id,
        degraded=held.degraded or TOO_LITTLE in own,
        warnings=[*own, *held.warnings],
        versions=state.versions,
        churn=churn,
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
    row = state.predictions.row(customer_id)
    if row is None:
        return PredictionItem(index, customer_id, error=_UNKNOWN)
    churn = _churn(state, row)
    return PredictionItem(index, customer_id, churn=churn, warnings=_own_warnings(state, row, churn) or UNSET)


def _churn(state: LiveState, row: int) -> ChurnAnswer | UnsetType:
    if "churn" not in state.parts:
        return UNSET
    chances = state.churn(row)
    if any(chance != chance for chance in chances):  # NaN: not at risk
        return UNSET
    horizons = [HorizonAnswer(days, chance) for days, chance in zip(state.horizons_days, chances, strict=True)]
    main = chances[state.horizons_days.index(state.horizon_days)]
    return ChurnAnswer(main, state.horizon_days, horizons)


def _own_warnings(state: LiveState, row: int, churn: ChurnAnswer | UnsetType) -> list[Caveat]:
    if churn is not UNSET:
        return [TOO_LITTLE] if state.rests_on_too_little(row) else []
    return [NOT_AT_RISK] if "churn" in state.parts else []


def _age(age: Timestamp) -> str:
    """Return an age in words.

    >>> _age(50 * HOUR), _age(71 * DAY)
    ('50 hours', '71 days')
    """
    return f"{age // HOUR} hours" if age < 4 * DAY else f"{age // DAY} days"
