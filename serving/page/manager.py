"""The manager's view: how each stage does against its limits, how customers move, and whether models and decisions hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response

from features.times import Timestamp
from serving.door.access import MANAGE, access
from serving.door.route import Call
from serving.page.frame.shell import page, wording_for
from serving.page.frame.wording import Wording
from serving.page.managing.call_lists import lists_shown
from serving.page.managing.findings import findings_shown
from serving.page.managing.heat_map import heat_map
from serving.page.managing.limits import limits_shown
from serving.page.managing.models import models_shown
from serving.page.managing.nps import nps_rows
from serving.page.managing.reports import ManagersReports, Standing, read_reports
from serving.page.managing.stages import held_shown, stages_shown

MANAGER = "/page/manager"

_Part = TypeVar("_Part")
_Shown = TypeVar("_Shown")


@access(MANAGE)
async def manager_page(call: Call) -> Response:
    """Show how the stages, the models and the decisions do."""
    service = call.service
    state, now = service.live.in_service().state, service.clock()
    live = state.versions if state else None
    reports = await asyncio.to_thread(read_reports, service.settings.home, live, now=now)
    return page(call, "manager.html", **_shown(reports, wording_for(call), now=now))


def _shown(reports: ManagersReports, say: Wording, *, now: Timestamp) -> dict[str, Any]:
    """Return what the template shows; a part whose report does not tell of it is None."""
    stages, monitor, backtest = reports.stages.report, reports.monitor.report, reports.backtest.report
    return {
        "reports": reports,
        "ages": {name: _age(each, say, now=now) for name, each in vars(reports).items()},
        "stages": _told(stages, lambda report: stages_shown(report, say)),
        "nps": _told(stages, lambda report: nps_rows(report, say)),
        "moves": _told(stages.moves if stages else None, lambda moves: heat_map(moves, say)),
        "held": _told(stages.held_back if stages else None, lambda held: held_shown(held, say)),
        "models": _told(monitor, lambda report: models_shown(report.grades, say)),
        "findings": _told(monitor, lambda report: findings_shown(report.findings, say)),
        "limits": _told(monitor, lambda report: limits_shown(report.decisions, say)),
        "lists": _told(backtest, lambda report: lists_shown(report, say)),
    }


def _told(part: _Part | None, shown: Callable[[_Part], _Shown]) -> _Shown | None:
    return None if part is None else shown(part)


def _age(standing: Standing[Any], say: Wording, *, now: Timestamp) -> str:
    return "" if standing.as_of is None else say.ago(standing.as_of, now)
