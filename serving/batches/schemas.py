"""What goes in and out of batches, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import VersionsSchema
from serving.answering.words import Answer, Moment, absent
from serving.batches.results import Format

MOST_IDS = 100_000
MOST_LISTED = 200

BatchId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", min_length=24, max_length=24, description="The `batch_id` it was given.")]
FormatQuery = Annotated[Format, Query(description="In which form the rows come.")]
LimitQuery = Annotated[int, Query(ge=1, le=MOST_LISTED, description="So many batches at most.")]
_Words = Annotated[str, Field(min_length=1, max_length=500)]


class BatchRequest(BaseModel):
    """Whom to predict for: ids, or everybody, or everybody whom filters mean."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer_ids: Annotated[list[str], Field(min_length=1, max_length=MOST_IDS)] | SkipJsonSchema[None] = absent(
        description="Up to 100,000 ids; the rows come in their order, a repeated id repeatedly. Not with any other member."
    )
    everybody: bool | SkipJsonSchema[None] = absent(description="True for every customer, or all whom the filters mean.")
    stage: _Words | SkipJsonSchema[None] = absent(description="Filter: stages, a comma between.")
    band: _Words | SkipJsonSchema[None] = absent(description="Filter: bands of the chance to leave, a comma between.")
    category: _Words | SkipJsonSchema[None] = absent(description="Filter: value categories, a comma between.")
    alert: _Words | SkipJsonSchema[None] = absent(description="Filter: codes of alerts that stand, a comma between.")


class BatchSchema(Answer):
    """One batch, and how far it is."""

    model_config = ConfigDict(title="Batch", extra="forbid")

    batch_id: str = Field(description="Its id, for its results.")
    state: Literal["waiting", "running", "done", "failed"] = Field(description="How far it is.")
    created_at: Moment = Field(description="When it was asked for.")
    total: int = Field(description="How many rows it has; of a filter, known once it runs.")
    progress: float = Field(ge=0, le=1, description="The share that is answered.")
    started_at: Moment | SkipJsonSchema[None] = absent(description="When it was last begun.")
    finished_at: Moment | SkipJsonSchema[None] = absent(description="When it ended.")
    expires_at: Moment | SkipJsonSchema[None] = absent(description="When it is dropped with its results.")
    failed: int | SkipJsonSchema[None] = absent(description="How many rows hold an error.")
    fault: str | SkipJsonSchema[None] = absent(description="Why it came to nothing: the type of a problem.")
    versions: VersionsSchema | SkipJsonSchema[None] = absent(description="What every one of its rows comes from.")
    results: str | SkipJsonSchema[None] = absent(description="Where its rows are fetched.")


class BatchesSchema(Answer):
    """The newest batches of the key that asks; with scope `admin`, of all."""

    model_config = ConfigDict(title="Batches", extra="forbid")

    request_id: str = Field(description="The number of this request.")
    items: list[BatchSchema] = Field(description="The newest first.")
