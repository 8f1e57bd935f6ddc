"""What goes in and out, as the OpenAPI document describes it: pydantic models of requests and answers.

Requests are read by these models. Answers are written by msgspec from `answers.py`; a contract test holds each answer to its
model here. Absent members are absent, never null, so no model needs `anyOf`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from models.alerts import AlertCode
from serving.answering.words import Answer, Moment, Probability, absent

MOST_IDS = 1000


class VersionsSchema(Answer):
    """Which versions an answer comes from; `versions` in other words."""

    model_config = ConfigDict(title="Versions", extra="forbid")

    bundle: str
    snapshot: str
    company: str


class CaveatSchema(Answer):
    """A typed warning; `part` names the member it speaks of."""

    model_config = ConfigDict(title="Warning", extra="forbid")

    code: str
    text: str
    part: str | SkipJsonSchema[None] = absent(description="The member that is absent or reserved.")


class HorizonSchema(Answer):
    """The chance to leave within so many days."""

    model_config = ConfigDict(title="Horizon", extra="forbid")

    days: int
    probability: Probability


class ReasonSchema(Answer):
    """One reason why the chance is what it is."""

    model_config = ConfigDict(title="Reason", extra="forbid")

    code: str
    feature: str = Field(description="The feature that weighs most in it.")
    effect: Literal["raises", "lowers"]
    contribution: float = Field(description="To the log-odds, beside those of a median customer.")
    text: str


class ChurnSchema(Answer):
    """The chance to leave."""

    model_config = ConfigDict(title="Churn", extra="forbid")

    probability: Probability = Field(description="Within `horizon_days`.")
    horizon_days: int
    horizons: list[HorizonSchema]
    low: Probability | SkipJsonSchema[None] = absent(
        description="At least this share of customers scored alike leaves (80 % interval)."
    )
    high: Probability | SkipJsonSchema[None] = absent(description="At most this share of customers scored alike leaves.")
    percentile: float | SkipJsonSchema[None] = absent(description="0 to 100 among all at risk; higher is riskier.")
    band: Literal["low", "medium", "high"] | SkipJsonSchema[None] = absent(description="What the company file calls so.")
    reasons: list[ReasonSchema] | SkipJsonSchema[None] = absent(description="The strongest first; held for the riskiest.")


class NextStageSchema(Answer):
    """A stage, and the chance to stand in it when the main horizon ends."""

    model_config = ConfigDict(title="NextStage", extra="forbid")

    stage: str
    probability: Probability


class StageSchema(Answer):
    """Where the customer stands in the relationship."""

    model_config = ConfigDict(title="Stage", extra="forbid")

    current: str
    since: Moment | SkipJsonSchema[None] = absent(description="Absent while the stage is not confirmed.")
    evidence: list[str] | SkipJsonSchema[None] = absent(description="What speaks for it; given where reasons are asked for.")
    next: list[NextStageSchema] | SkipJsonSchema[None] = absent(description="The likeliest first.")
    expected_days_left: float | SkipJsonSchema[None] = absent(description="In the present stage.")


class ValueSchema(Answer):
    """What the customer is expected to bring, less cost to serve."""

    model_config = ConfigDict(title="Value", extra="forbid")

    expected_margin: float = Field(
        description="Discounted margin within `horizon_days`: a mean, so above `high` where hardly anybody brings anything."
    )
    currency: str
    horizon_days: int
    low: float | SkipJsonSchema[None] = absent(description="Eight in ten customers like this one bring from `low` to `high`.")
    high: float | SkipJsonSchema[None] = absent(description="One in ten brings more; two in ten where `low` is what many bring.")
    extrapolated: bool | SkipJsonSchema[None] = absent(description="True beyond what could be learned from the past.")
    category: str | SkipJsonSchema[None] = absent(description="The company's value category of the customer.")
    treatment: Literal["keep", "develop", "serve", "turn_around"] | SkipJsonSchema[None] = absent(
        description="What is to be done with customers of that category."
    )
    clv_to_cac: float | SkipJsonSchema[None] = absent(description="Over what winning the customer cost.")
    lever: Literal["retention", "cost_to_serve", "cross_sell", "up_sell", "purchase_interval"] | SkipJsonSchema[None] = absent(
        description="Where the most money is at stake."
    )


class ComponentSchema(Answer):
    """One part of health."""

    model_config = ConfigDict(title="HealthComponent", extra="forbid")

    name: str
    score: float
    weight: float


class HealthSchema(Answer):
    """The health index, 0 (ill) to 100 (well)."""

    model_config = ConfigDict(title="Health", extra="forbid")

    score: float
    components: list[ComponentSchema]


class PurchaseSchema(Answer):
    """The chance of the next purchase."""

    model_config = ConfigDict(title="Purchase", extra="forbid")

    probability: Probability = Field(description="Within `horizon_days`.")
    horizon_days: int
    horizons: list[HorizonSchema]
    expected_days: float | SkipJsonSchema[None] = absent(description="Until half of such customers have bought.")


class CustomerAlertSchema(Answer):
    """One alert that stands for a customer."""

    model_config = ConfigDict(title="CustomerAlert", extra="forbid")

    code: AlertCode = Field(description="Which alert it is.")
    since: Moment = Field(description="When the fact began, or was first seen.")
    text: str = Field(description="What it says, in English, with the figures of this prediction.")


class Told(Answer):
    """What every answer about customers tells of itself."""

    as_of: Moment = Field(description="The moment of prediction: only what was known before it counts.")
    request_id: str
    degraded: bool = Field(
        description="True where a model is missing, the data are stale, or the newest version could not be used."
    )
    warnings: list[CaveatSchema]
    versions: VersionsSchema


class CustomerSchema(Told):
    """Everything a CRM card needs about one customer."""

    model_config = ConfigDict(title="Customer", extra="forbid")

    customer_id: str
    stage: StageSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    value: ValueSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    health: HealthSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    purchase: PurchaseSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")
    alerts: list[CustomerAlertSchema] | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")


class PredictionsRequest(BaseModel):
    """Whom to predict for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer_ids: list[str] = Field(
        min_length=1, max_length=MOST_IDS, description="Up to 1,000 ids; the order is kept, repeats are fine."
    )


class ItemErrorSchema(Answer):
    """Why one item has no prediction."""

    model_config = ConfigDict(title="ItemError", extra="forbid")

    type: str
    title: str
    status: int
    detail: str


class PredictionItemSchema(Answer):
    """One item: a prediction, a warning why there is none, or an error."""

    model_config = ConfigDict(title="PredictionItem", extra="forbid")

    index: int
    customer_id: str | SkipJsonSchema[None] = absent(description="The id asked for; absent where it is not well formed.")
    stage: StageSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    value: ValueSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    health: HealthSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    purchase: PurchaseSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    as_of: Moment | SkipJsonSchema[None] = absent(description="Of this item, where it was computed after the others.")
    alerts: list[CustomerAlertSchema] | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    warnings: list[CaveatSchema] | SkipJsonSchema[None] = absent(description="What holds for this item alone.")
    error: ItemErrorSchema | SkipJsonSchema[None] = absent(description="Why this item has no prediction.")


class PredictionsSchema(Told):
    """Predictions in the order of the ids."""

    model_config = ConfigDict(title="Predictions", extra="forbid")

    items: list[PredictionItemSchema]
