"""What is said of one customer, part by part: read from a row of predictions; a part that is not known is absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from msgspec import UNSET, Struct, UnsetType

from features.company.schema import Company
from features.times import Timestamp, format_time
from models.alerts import AlertCode, Known, facts_of
from models.alerts import text_of as text_of_alert
from models.churn.band import RiskBand, band_of
from models.explanation.strongest import Effect, Reason
from models.explanation.texts import text_of
from models.value.levers import LEVERS
from serving.answering.moments import moment_said
from serving.live.places import AlertPlaces, ChurnPlaces, HealthPlaces, Horizons, Place, PurchasePlaces, StagePlaces, ValuePlaces

Row: TypeAlias = Sequence[float]
"""A customer's predictions, in the order of the columns; NaN where something is not predicted for this customer."""


class HorizonAnswer(Struct, frozen=True):
    """The chance within so many days."""

    days: int
    probability: float


class ReasonAnswer(Struct, frozen=True):
    """One reason: its code, the feature that weighs most, whether it raises the chance or lowers it, by how much, in words."""

    code: str
    feature: str
    effect: Effect
    contribution: float
    text: str


class ChurnAnswer(Struct, frozen=True, omit_defaults=True):
    """The chance to leave within the main horizon and within each, how sure it is, and where it stands among all."""

    probability: float
    horizon_days: int
    horizons: list[HorizonAnswer]
    low: float | UnsetType = UNSET
    high: float | UnsetType = UNSET
    percentile: float | UnsetType = UNSET
    band: RiskBand | UnsetType = UNSET
    reasons: list[ReasonAnswer] | UnsetType = UNSET


class NextStageAnswer(Struct, frozen=True):
    """A stage and the chance to stand in it when the main horizon ends."""

    stage: str
    probability: float


class StageAnswer(Struct, frozen=True, omit_defaults=True):
    """Where the customer stands, since when, and where they go; `since` is absent for a stage that is not confirmed yet."""

    current: str
    since: str | UnsetType = UNSET
    evidence: Sequence[str] | UnsetType = UNSET
    next: list[NextStageAnswer] | UnsetType = UNSET
    expected_days_left: float | UnsetType = UNSET


class ValueAnswer(Struct, frozen=True, omit_defaults=True):
    """The margin expected within the main horizon less cost to serve, and what the company makes of it."""

    expected_margin: float
    currency: str
    horizon_days: int
    low: float | UnsetType = UNSET
    high: float | UnsetType = UNSET
    extrapolated: bool | UnsetType = UNSET
    category: str | UnsetType = UNSET
    treatment: str | UnsetType = UNSET
    clv_to_cac: float | UnsetType = UNSET
    lever: str | UnsetType = UNSET


class ComponentAnswer(Struct, frozen=True):
    """One part of health, 0 to 100, and how much it counts among the parts known."""

    name: str
    score: float
    weight: float


class HealthAnswer(Struct, frozen=True):
    """The health index, 0 (ill) to 100 (well), and what it is made of."""

    score: float
    components: list[ComponentAnswer]


class PurchaseAnswer(Struct, frozen=True, omit_defaults=True):
    """The chance of a purchase within the main horizon and within each, and the days until half of such customers have bought."""

    probability: float
    horizon_days: int
    horizons: list[HorizonAnswer]
    expected_days: float | UnsetType = UNSET


class AlertAnswer(Struct, frozen=True):
    """One alert that stands: since when, and what it says with the figures of this prediction."""

    code: str
    since: str
    text: str


def churn_answer(row: Row, places: ChurnPlaces, company: Company, *, reasons: Sequence[Reason]) -> ChurnAnswer | UnsetType:
    """Return what is said of leaving; nothing for who was not at risk."""
    horizons = _horizons(row, places.horizons)
    if horizons is UNSET:
        return UNSET
    main = horizons[places.horizons.main].probability
    return ChurnAnswer(
        main, places.horizons.main_days, horizons, _known(row, places.low), _known(row, places.high),
        _known(row, places.percentile), band_of(main, company), [_reason(each) for each in reasons] or UNSET,
    )  # fmt: skip


def stage_answer(row: Row, places: StagePlaces, *, evidence: Sequence[str] = ()) -> StageAnswer | UnsetType:
    """Return where the customer stands, and the stages they may stand in next, the likeliest first."""
    code, since = row[places.code], row[places.since]
    if code != code or code < 0:
        return UNSET
    chances = [NextStageAnswer(name, row[place]) for name, place in zip(places.names, places.next, strict=False)]
    known = [each for each in chances if each.probability == each.probability]
    return StageAnswer(
        places.names[int(code)],
        UNSET if since != since else moment_said(int(since)),
        evidence or UNSET,
        sorted(known, key=lambda each: -each.probability) if known else UNSET,
        _known(row, places.days_left),
    )


def value_answer(row: Row, places: ValuePlaces, *, currency: str) -> ValueAnswer | UnsetType:
    """Return what the customer is worth within the main horizon; nothing for whom it is not predicted."""
    expected, extrapolated = row[places.expected], _known(row, places.extrapolated)
    if expected != expected:
        return UNSET
    code, lever = _known(row, places.category), _known(row, places.lever)
    category, treatment = (UNSET, UNSET) if code is UNSET else places.categories[int(code)]
    return ValueAnswer(
        expected, currency, places.days, _known(row, places.low), _known(row, places.high),
        UNSET if extrapolated is UNSET else bool(extrapolated), category, treatment,
        _known(row, places.clv_to_cac), UNSET if lever is UNSET else LEVERS[int(lever)],
    )  # fmt: skip


def health_answer(row: Row, places: HealthPlaces) -> HealthAnswer | UnsetType:
    """Return the health index; nothing for whom no component is known."""
    score = row[places.score]
    if score != score:
        return UNSET
    known = [(name, row[place], weight) for name, weight, place in places.components if row[place] == row[place]]
    total = sum(weight for _, _, weight in known)
    return HealthAnswer(score, [ComponentAnswer(name, part, weight / total) for name, part, weight in known])


def purchase_answer(row: Row, places: PurchasePlaces) -> PurchaseAnswer | UnsetType:
    """Return what is said of the next purchase; nothing for whom it is not predicted."""
    horizons = _horizons(row, places.horizons)
    if horizons is UNSET:
        return UNSET
    main = horizons[places.horizons.main].probability
    return PurchaseAnswer(main, places.horizons.main_days, horizons, _known(row, places.expected_days))


def alerts_answer(row: Row, places: AlertPlaces, company: Company) -> list[AlertAnswer]:
    """Return the alerts that stand for the customer."""
    found = alerts_standing(row, places, company)
    return [AlertAnswer(one.code, format_time(one.since), text_of_alert(one.code, one.facts)) for one in found]


class AlertStanding(NamedTuple):
    """One alert that stands, since when, and the figures it rests on."""

    code: AlertCode
    since: Timestamp
    facts: Mapping[str, float]


def alerts_standing(row: Row, places: AlertPlaces, company: Company) -> list[AlertStanding]:
    """Return the alerts that stand with their figures; mostly none do, and nothing is computed."""
    standing = [(code, row[place]) for code, place in places.since if row[place] == row[place]]
    if not standing:
        return []
    known = Known({name: np.array([row[place]]) for name, place in places.reads}, company)
    return [AlertStanding(code, int(since), facts_of(code, known)) for code, since in standing]


def _reason(reason: Reason) -> ReasonAnswer:
    return ReasonAnswer(reason.code, reason.feature, reason.effect, reason.contribution, text_of(reason, language="en"))


def _horizons(row: Row, horizons: Horizons) -> list[HorizonAnswer] | UnsetType:
    chances = [row[place] for place in horizons.places]
    if any(chance != chance for chance in chances):  # NaN: not predicted for this customer
        return UNSET
    return [HorizonAnswer(days, chance) for days, chance in zip(horizons.days, chances, strict=True)]


def _known(row: Row, place: Place) -> float | UnsetType:
    if place is None or row[place] != row[place]:
        return UNSET
    return row[place]
