"""Who serves a customer, how fast, what may be given back, and when somebody is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from features.company.terms import AgentId, Count, Days, Hours, Language, Money, Name, Part, ScoredRule, Share

KPIS: Mapping[str, tuple[float, float, str]] = {
    "nps": (-100, 100, "net promoter score of the stage"),
    "nps_score": (0, 10, "last NPS answer of one customer"),
    "csat": (1, 5, "mean satisfaction"),
    "ces": (1, 7, "mean effort score"),
    "first_response_hours": (0, 8760, "hours to the first answer by a person"),
    "answered_24h_share": (0, 1, "share of tickets answered within 24 hours"),
    "first_contact_share": (0, 1, "share of tickets solved at the first contact"),
    "resolution_hours": (0, 8760, "hours from opening to resolution"),
    "waiting_seconds": (0, 86_400, "seconds waited in a contact"),
    "abandoned_share": (0, 1, "share of contacts given up while waiting"),
    "hand_overs": (0, 100, "hand-overs a ticket"),
    "tickets_per_customer": (0, 1000, "tickets a customer and quarter"),
    "days_to_onboard": (0, 3650, "days until every milestone is reached"),
    "churn_rate": (0, 1, "share that left within the main horizon"),
    "renewal_rate": (0, 1, "share of due contracts that were renewed"),
    "margin_per_customer": (-1e12, 1e12, "margin less cost to serve, a customer and year"),
    "clv_to_cac": (0, 1e6, "value expected over the cost of winning"),
}
"""Figures that may have limits: lowest and highest possible value, and what it is."""


class KpiLimit(Part):
    """Between which figures a KPI should lie for the customers of one stage; either end may be absent."""

    stage: Name
    kpi: Name
    minimum: float | None = None
    maximum: float | None = None


class Sla(Part):
    """What customers of one stage are promised: answer, resolution and news within hours, waiting within seconds."""

    stage: Name
    first_response_hours: Hours
    resolution_hours: Hours
    update_hours: Hours
    waiting_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300


class Queue(Part):
    """Where a customer is sent: the first queue whose rule is true and whose filters fit; an empty filter fits all."""

    name: Name
    skill: Name
    rule: ScoredRule
    stages: tuple[Name, ...] = ()
    value_categories: tuple[Name, ...] = ()
    languages: tuple[Language, ...] = ()


class Agent(Part):
    """A person who serves customers: skills, languages and, where it differs, the most to be given back in one case."""

    id: AgentId
    skills: Annotated[tuple[Name, ...], Field(min_length=1)]
    languages: tuple[Language, ...] = ()
    recovery_cap: Money | None = None


class Routing(Part):
    """Skills, queues in the order they are asked (the last takes everybody), agents, and how many can be called in a week."""

    skills: Annotated[tuple[Name, ...], Field(min_length=1)]
    queues: Annotated[tuple[Queue, ...], Field(min_length=1)]
    agents: tuple[Agent, ...] = ()
    weekly_capacity: Count = 100


class Complaint(Part):
    """What one type of complaint may cost us: `base` plus a share of the customer's expected margin, at most `limit`."""

    type: Name
    base: Money
    margin_share: Share = 0.0
    limit: Money


class Escalation(Part):
    """Who may grant more than an agent, and how much."""

    role: Name
    cap: Money


class Recovery(Part):
    """How much may be given back: by agent and case, by customer within `safety_days`, and by everybody within `budget_days`.

    `escalation` leads upwards: each role may grant more than the one before.
    """

    agent_cap: Money
    safety_cap: Money
    safety_days: Days = 365
    budget: Money
    budget_days: Days = 30
    complaints: Annotated[tuple[Complaint, ...], Field(min_length=1)]
    escalation: Annotated[tuple[Escalation, ...], Field(min_length=1)]


class Alerts(Part):
    """From which figure on somebody is told."""

    stage_change_probability: Share = 0.5
    onboarding_stalled_days: Days = 14
    no_value_days: Days = 90
    update_overdue_hours: Hours = 24.0
    usage_fall_share: Share = 0.5
    renewal_days: Days = 30
    renewal_churn_probability: Share = 0.3
    stale_hours: Hours = 48.0
