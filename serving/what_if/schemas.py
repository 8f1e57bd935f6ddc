"""What does a what-if look like in JSON: the question, and the answer that has the parts of a customer's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import ChurnSchema, HealthSchema, PurchaseSchema, StageSchema, Told, ValueSchema, absent

MOST_FEATURES = 2_000
_WHY = "Absent where it was not asked for, or a warning says why."


class WhatIfRequest(BaseModel):
    """What is supposed to be different."""

    model_config = ConfigDict(extra="forbid", strict=True)

    features: dict[str, FiniteFloat] = Field(
        default_factory=dict,
        max_length=MOST_FEATURES,
        description="Numbers by the name of the feature, each within its declared range; up to a full record.",
    )
    unknown: list[str] = Field(
        default_factory=list, max_length=MOST_FEATURES, description="Features that are supposed not to be known."
    )
    parts: list[Literal["stage", "churn", "value", "health", "purchase"]] = Field(
        default_factory=list, max_length=5, description="Which parts to answer; all where none is named."
    )
    reasons: bool = Field(default=False, description="Whether to tell why the chance to leave would be what it is.")


class WhatIfSchema(Told):
    """What would be predicted for the customer, with what is supposed."""

    model_config = ConfigDict(title="WhatIf", extra="forbid")

    customer_id: str
    changed: list[str] = Field(description="The features that were supposed to be different, in the order of the catalogue.")
    stage: StageSchema | SkipJsonSchema[None] = absent(description=_WHY)
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description=_WHY)
    value: ValueSchema | SkipJsonSchema[None] = absent(description=_WHY)
    health: HealthSchema | SkipJsonSchema[None] = absent(description=_WHY)
    purchase: PurchaseSchema | SkipJsonSchema[None] = absent(description=_WHY)
