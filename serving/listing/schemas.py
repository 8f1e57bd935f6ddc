"""What goes in and out of lists, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import Told
from serving.answering.words import Answer, Moment, Probability, absent
from serving.listing.cursors import LONGEST_CURSOR
from serving.listing.traits import Sort

MOST_LISTED = 500
USUALLY_LISTED = 50
_WORDS = r"^[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*$"

_Words = Annotated[str, Field(min_length=1, max_length=500, pattern=_WORDS)]
StageQuery = Annotated[
    _Words | SkipJsonSchema[None], Query(description="Stages of the default stage set, a comma between.", examples=["growth"])
]
BandQuery = Annotated[
    _Words | SkipJsonSchema[None], Query(description="Bands of the chance to leave: low, medium, high.", examples=["high"])
]
CategoryQuery = Annotated[
    _Words | SkipJsonSchema[None], Query(description="Value categories of the company file, a comma between.")
]
AlertQuery = Annotated[
    _Words | SkipJsonSchema[None], Query(description="Codes of alerts that stand, a comma between: any of them.")
]
SortQuery = Annotated[Sort, Query(description="What the order is by; who has no such figure comes last.")]
OrderQuery = Annotated[
    Literal["asc", "desc"] | SkipJsonSchema[None],
    Query(description="Which way; what needs a look comes first where absent (health and id rise, the others fall)."),
]
LimitQuery = Annotated[int, Query(ge=1, le=MOST_LISTED, description="So many customers at most.")]
CursorQuery = Annotated[
    str | SkipJsonSchema[None],
    Query(min_length=1, max_length=LONGEST_CURSOR, description="`next_cursor` of the page before, all else being the same."),
]


class ListedCustomerSchema(Answer):
    """One customer of a list."""

    model_config = ConfigDict(title="ListedCustomer", extra="forbid")

    customer_id: str = Field(description="Your id of the customer.")
    as_of: Moment = Field(description="The moment of prediction; later than the list's where there were news.")
    alerts: list[str] = Field(description="Codes of the alerts that stand.")
    stage: str | SkipJsonSchema[None] = absent(description="The present stage.")
    churn_probability: Probability | SkipJsonSchema[None] = absent(description="Absent for who is not at risk.")
    churn_band: Literal["low", "medium", "high"] | SkipJsonSchema[None] = absent(description="What the company file calls so.")
    value_expected_margin: float | SkipJsonSchema[None] = absent(description="Within the company's main horizon.")
    value_category: str | SkipJsonSchema[None] = absent(description="The company's value category.")
    margin_at_risk: float | SkipJsonSchema[None] = absent(description="Chance to leave times expected margin.")
    health_score: float | SkipJsonSchema[None] = absent(description="0 (ill) to 100 (well).")


class CustomersSchema(Told):
    """One page of a list."""

    model_config = ConfigDict(title="Customers", extra="forbid")

    sort: Sort = Field(description="What the order is by.")
    order: Literal["asc", "desc"] = Field(description="Which way it runs.")
    total: int = Field(description="How many customers the snapshot holds that the filters mean, news not counted in.")
    items: list[ListedCustomerSchema] = Field(description="In order.")
    next_cursor: str | SkipJsonSchema[None] = absent(description="Where the next page begins; absent on the last.")
