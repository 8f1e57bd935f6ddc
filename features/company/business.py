"""What do leaving, being well, being worth something mean here: churn, onboarding, stages, value categories, RFMT and health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from features.company.terms import (
    Days,
    FeatureName,
    FeatureRule,
    Money,
    Name,
    Part,
    ScoredRule,
    Share,
    ShortName,
    Text,
    Weight,
)


class ActivitySource(Part):
    """Events that count as activity: every row of a source, or those of some kinds."""

    source: Literal["usage", "tickets", "purchases", "surveys", "milestones"]
    kinds: tuple[Name, ...] = ()


class Churn(Part):
    """What leaving means.

    `contract`: cancelled, or not renewed within `grace_days`. `activity`: silent for the whole horizon. From `medium_from` on a
    churn probability is called medium, from `high_from` on high.
    """

    definition: Literal["contract", "activity"]
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    at_risk_days: Days = 365
    activity: tuple[ActivitySource, ...] = ()
    medium_from: Share = 0.1
    high_from: Share = 0.3


class CostToServe(Part):
    """What service costs, company currency: each ticket, and each contact within one."""

    ticket: Money = 0.0
    contact: Money = 0.0


class Milestone(Part):
    """A step of onboarding, and the days after joining by which it should be reached."""

    name: ShortName
    due_days: Days


class Stage(Part):
    """One stage: the rule that names it, what it is in every other set, and whether it counts at once.

    `immediate`: a customer whose rule says so is in the stage now, without winning two Mondays first. `exit`: who comes to stand
    in it is leaving or gone, so that the ways out of the healthy stages can be told.
    """

    name: Name
    rule: FeatureRule
    immediate: bool = False
    exit: bool = False
    maps_to: Mapping[Name, Name]
    text: Text


class StageSet(Part):
    """Stages in the order in which their rules are asked: the first true one wins; the last is TRUE.

    `order` is the course of life, from the first stage to the last, for charts and reports.
    """

    name: Name
    order: tuple[Name, ...]
    stages: Annotated[tuple[Stage, ...], Field(min_length=2, max_length=100)]


class ValueCategory(Part):
    """A class of customers by value and what to do with it; the first category whose rule is true is the customer's."""

    name: Name
    rule: ScoredRule
    treatment: Literal["keep", "develop", "serve", "turn_around"]
    text: Text


class RfmtWeights(Part):
    """How much each part counts; together 1."""

    recency: Weight
    frequency: Weight
    monetary: Weight
    t: Weight


class Rfmt(Part):
    """Recency, frequency, monetary value and T, each ranked into `classes` classes; T is tenure or the time between purchases."""

    weights: RfmtWeights = RfmtWeights(recency=0.3, frequency=0.3, monetary=0.3, t=0.1)
    t: Literal["tenure", "time_between_purchases"] = "tenure"
    monetary: Literal["revenue", "margin"] = "revenue"
    classes: Annotated[int, Field(ge=2, le=10)] = 5


class HealthComponent(Part):
    """One part of health: a feature scored 0 at `worst` and 100 at `best`, straight between; left out where it is missing."""

    name: Name
    feature: FeatureName
    worst: float
    best: float
    weight: Weight


class Health(Part):
    """The health index: its components (weights together 1) and where red ends and green begins."""

    components: Annotated[tuple[HealthComponent, ...], Field(min_length=1)]
    red_below: Annotated[float, Field(ge=0, le=100)] = 50.0
    green_from: Annotated[float, Field(ge=0, le=100)] = 75.0
