"""What goes in and out of recovery and routing, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import Told
from serving.answering.words import Answer, Moment, absent
from serving.deciding.schemas import AgentId, Name

MOST_GRANTED = 1e9

ComplaintQuery = Annotated[Name, Query(description="One of the company's types of complaint.", examples=["defect"])]
AgentQuery = Annotated[
    AgentId | SkipJsonSchema[None], Query(description="Who would give; the key that asks where absent.", examples=["ana"])
]
RoleQuery = Annotated[
    Name | SkipJsonSchema[None], Query(description="The role on the way up in which they act.", examples=["team_lead"])
]


class RecoveryRequest(BaseModel):
    """What is to be given back, for which complaint, and by whom."""

    model_config = ConfigDict(extra="forbid", strict=True)

    complaint: Name = Field(description="One of the company's types of complaint.")
    amount: float = Field(gt=0, le=MOST_GRANTED, description="Company currency, whole hundredths.")
    agent_id: AgentId = Field(description="Who gives it.")
    role: Name | SkipJsonSchema[None] = absent(description="The role on the way up in which they act.")


class RecoveryBoundSchema(Answer):
    """One bound of a recovery."""

    model_config = ConfigDict(title="RecoveryBound", extra="forbid")

    name: str
    amount: float = Field(description="What it leaves now.")
    text: str


class RecoveryStepSchema(Answer):
    """Who may grant more."""

    model_config = ConfigDict(title="RecoveryStep", extra="forbid")

    role: str
    limit: float


class RecoveryLimitSchema(Told):
    """How much may be granted now, and why."""

    model_config = ConfigDict(title="RecoveryLimit", extra="forbid")

    customer_id: str
    complaint: str
    limit: float = Field(description="The least of `bounds`.")
    currency: str
    binding: str = Field(description="The bound that is least.")
    bounds: list[RecoveryBoundSchema]
    escalation: list[RecoveryStepSchema] = Field(description="The lowest role first; empty where nobody may grant more.")
    expected_margin: float | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    agent_id: str | SkipJsonSchema[None] = absent(description="Who would give.")
    role: str | SkipJsonSchema[None] = absent(description="The role in which they act.")


class RecoverySchema(Told):
    """What was granted."""

    model_config = ConfigDict(title="Recovery", extra="forbid")

    recovery_id: str
    customer_id: str
    complaint: str
    amount: float
    currency: str
    agent_id: str
    role: str | SkipJsonSchema[None] = absent(description="The role in which they acted.")
    granted_at: Moment
    limit: float = Field(description="What might have been granted.")
    customer_left: float = Field(description="Of the customer's safety cap.")
    budget_left: float = Field(description="Of the budget.")


class SlaSchema(Answer):
    """What customers of a stage are promised."""

    model_config = ConfigDict(title="Sla", extra="forbid")

    stage: str
    first_response_hours: float
    resolution_hours: float
    update_hours: float
    waiting_seconds: int


class PassedOverSchema(Answer):
    """A queue that came before and is not the customer's."""

    model_config = ConfigDict(title="PassedOver", extra="forbid")

    queue: str
    because: str
    unknown: list[str] = Field(description="What is not known of the customer and might have decided.")


class RouteSchema(Told):
    """Where the customer belongs."""

    model_config = ConfigDict(title="Route", extra="forbid")

    customer_id: str
    queue: str
    skill: str
    rule: str = Field(description="The rule that put the customer here.")
    agents: list[str] = Field(description="Who has the skill and speaks the language, as the company file lists them.")
    passed_over: list[PassedOverSchema]
    language: str | SkipJsonSchema[None] = absent(description="Absent where it is not known.")
    sla: SlaSchema | SkipJsonSchema[None] = absent(description="Absent where nothing is promised.")
