"""Where in a row of predictions stands what an answer says: the places of its columns, looked up once for each live state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from features.company.schema import Company
from features.errors import Damaged
from models.alerts import ALERT_CODES, AlertCode, alert_column, alert_features
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE

Place: TypeAlias = int | None
"""Where a column stands; None for one that the live models do not bring."""


class LiveDisagrees(Damaged):
    """What is live together was not made together, so nothing is answered from it."""


@dataclass(frozen=True)
class Horizons:
    """The chances of one question: days and place of each horizon, rising, and which of them is the main one."""

    days: tuple[int, ...]
    places: tuple[int, ...]
    main: int

    @property
    def main_days(self) -> int:
        """Return the main horizon."""
        return self.days[self.main]


@dataclass(frozen=True)
class ChurnPlaces:
    """Churn: its chances, the interval of the main one, its percentile, and whether it rests on too little."""

    horizons: Horizons
    low: Place
    high: Place
    percentile: Place
    too_little: Place


@dataclass(frozen=True)
class StagePlaces:
    """The default stage set: code and since, the chances of each stage at the main horizon by code, the days left."""

    names: tuple[str, ...]
    code: int
    since: int
    next: tuple[int, ...]
    days_left: Place


@dataclass(frozen=True)
class ValuePlaces:
    """Value: the margin at the main horizon, its interval, and what the company file makes of it.

    `categories`: name and treatment of each of the company's value categories, by the code that stands at `category`.
    """

    days: int
    expected: int
    categories: tuple[tuple[str, str], ...]
    low: Place
    high: Place
    extrapolated: Place
    clv_to_cac: Place
    category: Place
    lever: Place


@dataclass(frozen=True)
class HealthPlaces:
    """Health: the score, and by component its name, weight and place."""

    score: int
    components: tuple[tuple[str, float, int], ...]


@dataclass(frozen=True)
class PurchasePlaces:
    """The next purchase: its chances and the expected days until it."""

    horizons: Horizons
    expected_days: Place


@dataclass(frozen=True)
class AlertPlaces:
    """Alerts: where each stands, and by name the columns their texts read."""

    since: tuple[tuple[AlertCode, int], ...]
    reads: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Places:
    """The parts a row of predictions can answer; None for one it cannot."""

    churn: ChurnPlaces | None
    stage: StagePlaces | None
    value: ValuePlaces | None
    health: HealthPlaces | None
    purchase: PurchasePlaces | None
    alerts: AlertPlaces | None = None


def places_of(columns: Sequence[str], company: Company) -> Places:
    """Return where everything stands.

    Raises
    ------
    LiveDisagrees
        If a model answers at other horizons than the company's main one.
    """
    at = {name: place for place, name in enumerate(columns)}
    return Places(
        churn=_churn(at, company), stage=_stage(at, company), value=_value(at, company), health=_health(at, company),
        purchase=_purchase(at, company), alerts=_alerts(at, company),
    )  # fmt: skip


def _horizons(at: dict[str, int], question: str, company: Company) -> Horizons | None:
    found = sorted(int(match[1]) for name in at if (match := re.fullmatch(rf"{question}_([0-9]+)", name)))
    if not found:
        return None
    if company.horizon_days not in found:
        raise LiveDisagrees(
            f"needed {question} at the company's main horizon of {company.horizon_days} days, found {found}; "
            "train and promote again"
        )
    return Horizons(tuple(found), tuple(at[f"{question}_{days}"] for days in found), found.index(company.horizon_days))


def _churn(at: dict[str, int], company: Company) -> ChurnPlaces | None:
    horizons = _horizons(at, "churn", company)
    if horizons is None:
        return None
    return ChurnPlaces(
        horizons, at.get("churn_low"), at.get("churn_high"), at.get("churn_percentile"), at.get(CHURN_RESTS_ON_TOO_LITTLE)
    )


def _stage(at: dict[str, int], company: Company) -> StagePlaces | None:
    stage_set = next(one for one in company.stage_sets if one.name == company.default_stage_set)
    if f"stage_{stage_set.name}" not in at:
        return None
    names = tuple(stage.name for stage in stage_set.stages)
    chances = tuple(at.get(f"transition_{company.horizon_days}_{name}", -1) for name in names)
    return StagePlaces(
        names,
        at[f"stage_{stage_set.name}"],
        at[f"stage_{stage_set.name}_since"],
        () if -1 in chances else chances,
        at.get("transition_days_left"),
    )


def _value(at: dict[str, int], company: Company) -> ValuePlaces | None:
    horizons = _horizons(at, "value", company)
    if horizons is None:
        return None
    return ValuePlaces(
        company.horizon_days,
        horizons.places[horizons.main],
        tuple((category.name, category.treatment) for category in company.value_categories),
        *(at.get(f"value_{name}") for name in ("low", "high", "extrapolated", "clv_to_cac", "category", "lever")),
    )


def _health(at: dict[str, int], company: Company) -> HealthPlaces | None:
    if "health_score" not in at:
        return None
    components = [(one.name, one.weight, at.get(f"health_{one.name}")) for one in company.health.components]
    return HealthPlaces(
        at["health_score"], tuple((name, weight, place) for name, weight, place in components if place is not None)
    )


def _purchase(at: dict[str, int], company: Company) -> PurchasePlaces | None:
    horizons = _horizons(at, "purchase", company)
    return None if horizons is None else PurchasePlaces(horizons, at.get("purchase_expected_days"))


def _alerts(at: dict[str, int], company: Company) -> AlertPlaces | None:
    since = tuple((code, at[alert_column(code)]) for code in ALERT_CODES if alert_column(code) in at)
    if not since:
        return None
    features = {f"feature_{name}" for name in alert_features()}
    other = ("stage_", f"transition_{company.horizon_days}_", f"churn_{company.horizon_days}")
    return AlertPlaces(since, tuple((name, place) for name, place in at.items() if name in features or name.startswith(other)))
