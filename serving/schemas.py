"""What goes in and out, as the OpenAPI document describes it: pydantic models of requests and answers.

Requests are read by these models. Answers are written by msgspec from `answers.py`; a contract test holds each answer to its
model here. Absent members are absent, never null, so no model needs `anyOf`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

CUSTOMER_ID = r"^[A-Za-z0-9_.:@-]{1,64}$"
MOST_IDS = 1000

CustomerId = Annotated[
    str, Path(pattern=CUSTOMER_ID, min_length=1, max_length=64, description="Your id of the customer.", examples=["c1"])
]
Probability = Annotated[float, Field(ge=0, le=1)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]

_is_id = re.compile(CUSTOMER_ID).fullmatch


def is_customer_id(text: str) -> bool:
    r"""Whether the text has the form of a customer's id.

    >>> is_customer_id("c-1@shop:9"), is_customer_id("Jane Doe"), is_customer_id("c1\n")
    (True, False, False)
    """
    return _is_id(text) is not None


def absent(*, description: str) -> Any:
    """Declare a member that may be absent and is never null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VersionsSchema(_Answer):
    """Which versions an answer comes from; `versions` in other words."""

    model_config = ConfigDict(title="Versions", extra="forbid")

    bundle: str
    snapshot: str
    company: str


class CaveatSchema(_Answer):
    """A typed warning; `part` names the member it speaks of."""

    model_config = ConfigDict(title="Warning", extra="forbid")

    code: str
    text: str
    part: str | SkipJsonSchema[None] = absent(description="The member that is absent or reserved.")


class HorizonSchema(_Answer):
    """The chance to leave within so many days."""

    model_config = ConfigDict(title="Horizon", extra="forbid")

    days: int
    probability: Probability


class ChurnSchema(_Answer):
    """The chance to leave."""

    model_config = ConfigDict(title="Churn", extra="forbid")

    probability: Probability = Field(description="Within `horizon_days`.")
    horizon_days: int
    horizons: list[HorizonSchema]


class _Told(_Answer):
    as_of: Moment = Field(description="The moment of prediction: only what was known before it counts.")
    request_id: str
    degraded: bool = Field(
        description="True where a model is missing, the data are stale, or the newest version could not be used."
    )
    warnings: list[CaveatSchema]
    versions: VersionsSchema


class CustomerSchema(_Told):
    """Everything a CRM card needs about one customer."""

    model_config = ConfigDict(title="Customer", extra="forbid")

    customer_id: str
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description="Absent where a warning says why.")


class PredictionsRequest(BaseModel):
    """Whom to predict for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer_ids: list[str] = Field(
        min_length=1, max_length=MOST_IDS, description="Up to 1,000 ids; the order is kept, repeats are fine."
    )


class ItemErrorSchema(_Answer):
    """Why one item has no prediction."""

    model_config = ConfigDict(title="ItemError", extra="forbid")

    type: str
    title: str
    status: int
    detail: str


class PredictionItemSchema(_Answer):
    """One item: a prediction, a warning why there is none, or an error."""

    model_config = ConfigDict(title="PredictionItem", extra="forbid")

    index: int
    customer_id: str | SkipJsonSchema[None] = absent(description="The id asked for; absent where it is not well formed.")
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description="Absent where `warnings` or `error` say why.")
    warnings: list[CaveatSchema] | SkipJsonSchema[None] = absent(description="What holds for this item alone.")
    error: ItemErrorSchema | SkipJsonSchema[None] = absent(description="Why this item has no prediction.")


class PredictionsSchema(_Told):
    """Predictions in the order of the ids."""

    model_config = ConfigDict(title="Predictions", extra="forbid")

    items: list[PredictionItemSchema]


class FieldErrorSchema(_Answer):
    """One thing wrong in a request."""

    model_config = ConfigDict(title="FieldError", extra="forbid")

    pointer: str
    detail: str


class ProblemSchema(_Answer):
    """RFC 9457 problem; never repeats what was sent."""

    model_config = ConfigDict(title="Problem", extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldErrorSchema] | SkipJsonSchema[None] = absent(description="Where the request is wrong.")


class AliveSchema(_Answer):
    """The process runs."""

    model_config = ConfigDict(title="Alive", extra="forbid")

    status: str


class ReadySchema(_Answer):
    """Whether the process answers questions, and from what."""

    model_config = ConfigDict(title="Ready", extra="forbid")

    status: str
    degraded: bool
    reason: str | SkipJsonSchema[None] = absent(description="Why it is not ready, or degraded.")
    as_of: Moment | SkipJsonSchema[None] = absent(description="The moment of the predictions in service.")
    versions: VersionsSchema | SkipJsonSchema[None] = absent(description="What is in service.")
