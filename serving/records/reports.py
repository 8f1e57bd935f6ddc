"""The reports that training wrote, as they stand: KPIs by stage with their freshness, and the others as they were written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from features.errors import NotFound
from features.home import Home
from features.reports.stages import NoStagesReport, StagesReport, read_stages_report
from features.times import DAY, Timestamp, format_time, parse_time
from serving.answering.answers import Caveat
from serving.door.access import READ, access
from serving.door.media import JSON
from serving.door.problems import ForCallers
from serving.door.route import Call
from serving.records.schemas import ReportPath

STAGES = "/v1/reports/stages"
REPORT = "/v1/reports/{name}"

FRESH: Timestamp = 8 * DAY
"""So old a report of KPIs may be; beyond, an answer from it is degraded."""

_MADE_BY = {
    "backtest": "lifecycle backtest",
    "monitor": "lifecycle monitor",
    "retrain": "lifecycle retrain",
    "policy": "lifecycle policy evaluate",
    "value_finder": "lifecycle policy find",
}
_LEFT_OUT = ("recoveries", "moves", "held_back")  # those by group are a fairness report of their own; the page shows the others


class NoReportYet(ForCallers, NotFound):
    """Nobody wrote this report here yet."""

    problem = "no-report"


@access(READ)
async def get_stages_report(call: Call) -> Response:
    """Return the KPIs of each stage beside the company's limits, as `lifecycle report` last wrote them."""
    report = await asyncio.to_thread(_stages, call.service.settings.home)
    stale = _staleness(report, now=call.service.clock())
    told = {name: value for name, value in msgspec.to_builtins(report).items() if name not in _LEFT_OUT}
    answer = {"request_id": call.exchange.request_id, "degraded": bool(stale), "warnings": stale, **_present(told)}
    return Response(msgspec.json.encode(answer), media_type=JSON)


@access(READ)
async def get_report(call: Call, name: ReportPath) -> Response:
    """Return a report of training as it was written: back-test, monitoring, retraining, policy evaluation or value finder."""
    try:
        content = await asyncio.to_thread((call.service.settings.home.reports / f"{name}.json").read_bytes)
    except FileNotFoundError:
        raise NoReportYet(f"There is no such report yet: run `{_MADE_BY[name]}`.") from None
    return Response(content, media_type=JSON)


def _stages(home: Home) -> StagesReport:
    try:
        return read_stages_report(home)
    except NoStagesReport:
        raise NoReportYet("There is no report of KPIs by stage yet: run `lifecycle report`.") from None


def _staleness(report: StagesReport, *, now: Timestamp) -> list[Caveat]:
    age = now - parse_time(report.as_of)
    if age <= FRESH:
        return []
    return [Caveat("report_stale", f"The report is of {format_time(now - age)}; run `lifecycle report` again.")]


def _present(value: Any) -> Any:
    """Return the same without what is not known: absent members are absent."""
    if isinstance(value, Mapping):
        return {name: _present(each) for name, each in value.items() if each is not None}
    return [_present(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
