"""What stands in a company file: the whole of it, in one type."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from features.catalogue import Catalogue, catalogue_of
from features.company.business import Churn, CostToServe, Health, Milestone, Rfmt, Stage, StageSet, ValueCategory
from features.company.offers import ContactChannel, ContactPolicy, ExpansionGuard, Levers, Offer
from features.company.service_limits import Alerts, KpiLimit, Recovery, Routing, Sla
from features.company.terms import Currency, Days, Hours, Language, Name, Part, Share, Text
from features.definitions.vocabulary import Vocabulary


class CompanyTerms(Part):
    """Everything a company file says. Keys without a default must be given."""

    name: Text
    currency: Currency
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    horizons_days: Annotated[tuple[Days, ...], Field(min_length=1)]
    horizon_days: Days
    discount_rate: Annotated[float, Field(ge=0, le=1)] = 0.1
    reward_days: Days = 90
    decision_valid_hours: Hours = 24.0
    control_share: Share = 0.02
    exploration_share: Share = 0.05
    contexts: tuple[Name, ...] = ()
    deep_features: tuple[Text, ...] = ()
    churn: Churn
    cost_to_serve: CostToServe = CostToServe()
    milestones: tuple[Milestone, ...] = ()
    default_stage_set: Name
    stage_sets: Annotated[tuple[StageSet, ...], Field(min_length=1)]
    kpi_limits: tuple[KpiLimit, ...] = ()
    slas: tuple[Sla, ...] = ()
    value_categories: Annotated[tuple[ValueCategory, ...], Field(min_length=1)]
    rfmt: Rfmt = Rfmt()
    health: Health
    channels: Annotated[tuple[ContactChannel, ...], Field(min_length=1)]
    offers: Annotated[tuple[Offer, ...], Field(min_length=1)]
    levers: Levers = Levers()
    contact_policy: ContactPolicy = ContactPolicy()
    expansion_guard: ExpansionGuard = ExpansionGuard()
    routing: Routing
    recovery: Recovery
    alerts: Alerts = Alerts()


class Company(CompanyTerms):
    """A company file that holds: what it says, and the text it was read from."""

    text: str

    @property
    def sha256(self) -> str:
        """Return the hash of the text, which stands in every decision and run."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def catalogue(self) -> Catalogue:
        """Return the features this company has: those everybody has, and those its deep features, milestones and channels add."""
        due_days = tuple((milestone.name, milestone.due_days) for milestone in self.milestones)
        return catalogue_of(Vocabulary(self.deep_features, due_days, tuple(channel.name for channel in self.channels)))

    @property
    def stage_set(self) -> StageSet:
        """Return the default stage set."""
        return self.stage_sets_by_name[self.default_stage_set]

    @property
    def stage_sets_by_name(self) -> Mapping[str, StageSet]:
        """Return the stage sets by their names."""
        return {stage_set.name: stage_set for stage_set in self.stage_sets}

    @property
    def stages_by_name(self) -> Mapping[str, Stage]:
        """Return the stages of all sets by their names, which are unique over all sets."""
        return {stage.name: stage for stage_set in self.stage_sets for stage in stage_set.stages}
