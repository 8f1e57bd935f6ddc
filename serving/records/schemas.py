"""What goes out of records, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import CaveatSchema, VersionsSchema
from serving.answering.words import Answer, GivenMoment, Moment, absent

Question = Literal["churn", "transition", "value", "purchase", "offer"]
ReportName = Literal["backtest", "monitor", "retrain", "policy", "value_finder"]
QuestionPath = Annotated[Question, Path(description="The question a model answers.", examples=["churn"])]
ReportPath = Annotated[ReportName, Path(description="Which report.", examples=["monitor"])]
AtQuery = Annotated[GivenMoment | SkipJsonSchema[None], Query(description="At which moment, with a zone; now where absent.")]


class GateSchema(Answer):
    """What one gate said when the model was promoted."""

    model_config = ConfigDict(title="GateOfModel", extra="forbid")

    name: str = Field(description="The gate.")
    verdict: Literal["passed", "held", "refused"] = Field(description="What it said.")
    figure: str = Field(description="What it found, such as a grade beside that of a baseline.")
    limit: str = Field(description="What it was held against.")
    reason: str = Field(description="Why, in words.")


class LiveModelSchema(Answer):
    """The model that answers one question, and on what it rests."""

    model_config = ConfigDict(title="LiveModel", extra="forbid")

    model: str = Field(description="The question it answers.")
    model_sha: str = Field(description="Its content: equal models have equal ones.")
    form: str = Field(description="Its kind, by the name of the program.")
    catalogue: str = Field(description="The feature catalogue it was fitted on.")
    trained_as_of: Moment | SkipJsonSchema[None] = absent(description="The newest moment it learned from, where that was kept.")
    log: str | SkipJsonSchema[None] = absent(description="Digest of the event log it learned from, where that was kept.")
    rows: int | SkipJsonSchema[None] = absent(description="How many rows it learned from, where that was kept.")
    customers: int | SkipJsonSchema[None] = absent(description="Of how many customers these are.")
    promoted_at: Moment | SkipJsonSchema[None] = absent(description="When it last went live by a promotion.")
    run_id: str | SkipJsonSchema[None] = absent(description="The run that trained it.")
    override: str | SkipJsonSchema[None] = absent(description="Why it went live although a gate had not passed.")
    gates: list[GateSchema] = Field(description="What was asked of it before it went live.")
    erased_since: int = Field(description="How many people were erased from the log it learned from; training again clears it.")


class ModelsSchema(Answer):
    """Every model that is live; a question none answers is named in `warnings`."""

    model_config = ConfigDict(title="Models", extra="forbid")

    request_id: str = Field(description="The number of this request.")
    as_of: Moment = Field(description="The moment of the predictions in service.")
    versions: VersionsSchema = Field(description="What is in service.")
    warnings: list[CaveatSchema] = Field(description="What is not live.")
    items: list[LiveModelSchema] = Field(description="By name.")


class WasLiveSchema(Answer):
    """The model of one question that was live at a moment."""

    model_config = ConfigDict(title="WasLive", extra="forbid")

    request_id: str = Field(description="The number of this request.")
    model: str = Field(description="The question.")
    at: Moment = Field(description="The moment asked about.")
    since: Moment = Field(description="The newest move of the pointer until then.")
    action: str = Field(description="What moved it: promote, rollback, score, company or erase.")
    versions: VersionsSchema | SkipJsonSchema[None] = absent(description="What was in service.")
    model_sha: str | SkipJsonSchema[None] = absent(description="The model; absent where a warning says that none was live.")
    warnings: list[CaveatSchema] = Field(description="Why something is absent.")


class KpiSchema(Answer):
    """One KPI beside its limit."""

    model_config = ConfigDict(title="Kpi", extra="forbid")

    kpi: str = Field(description="Which.")
    since: Moment = Field(description="Where its period begins.")
    until: Moment = Field(description="Where its period ends; that moment is outside.")
    count: int = Field(description="Answers, tickets, contracts or lines behind the value.")
    customers: int = Field(description="Whose they are.")
    value: float | SkipJsonSchema[None] = absent(description="Absent where `note` says why.")
    low: float | SkipJsonSchema[None] = absent(description="Lower bound in 19 of 20 cases.")
    high: float | SkipJsonSchema[None] = absent(description="Upper bound in 19 of 20 cases.")
    previous: float | SkipJsonSchema[None] = absent(description="Its value in the period before.")
    change: float | SkipJsonSchema[None] = absent(description="Since the period before.")
    trend: str | SkipJsonSchema[None] = absent(description="better, worse or steady.")
    minimum: float | SkipJsonSchema[None] = absent(description="The company's lower limit.")
    maximum: float | SkipJsonSchema[None] = absent(description="The company's upper limit.")
    verdict: str | SkipJsonSchema[None] = absent(description="breached_for_sure, breached, too_few or kept.")
    beyond: float | SkipJsonSchema[None] = absent(description="How far the interval reaches past the limit.")
    outside: int | SkipJsonSchema[None] = absent(description="Customers whose own figure is past the limit.")
    note: str | SkipJsonSchema[None] = absent(description="Why there is no value.")


class StageKpisSchema(Answer):
    """One stage and its KPIs."""

    model_config = ConfigDict(title="StageKpis", extra="forbid")

    stage: str = Field(description="The stage.")
    customers: int = Field(description="Who stands in it.")
    share: float = Field(description="Of all customers.")
    kpis: list[KpiSchema] = Field(description="In one order for every stage.")


class StagesReportSchema(Answer):
    """KPIs by stage against the company's limits, as `lifecycle report` last wrote them."""

    model_config = ConfigDict(title="StagesReport", extra="forbid")

    request_id: str = Field(description="The number of this request.")
    degraded: bool = Field(description="True where the report is older than eight days.")
    warnings: list[CaveatSchema] = Field(description="Why it is degraded.")
    as_of: Moment = Field(description="What was known before this moment is in it.")
    company: str = Field(description="The company file it was made with, by its hash.")
    currency: str = Field(description="Of every amount.")
    stage_set: str = Field(description="The set of stages.")
    horizon_days: int = Field(description="The length of its period.")
    customers: int = Field(description="Of all stages.")
    stages: list[StageKpisSchema] = Field(description="In the order of life.")
    everybody: list[KpiSchema] = Field(description="The same KPIs of everybody together.")
    notes: list[str] = Field(description="What could not be told, and why.")
