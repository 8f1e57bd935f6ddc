"""Small reports as the manager's view reads them, made by hand: for tests of what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from features.reports.backtest import MODEL, BacktestReport, LeadTime, ListFigures, PostMortem, RecipeTried, Terms
from features.reports.figures import Figure
from features.reports.grades import LiveGrade
from features.reports.monitor import Finding, Level, LiveModels, MonitorReport, SystemLimit
from features.reports.stages import HeldOffer, KpiLine, Moves, StageKpis, StageMoves, StagesReport
from features.times import Timestamp, format_time, parse_time

SINCE, UNTIL = "2025-09-01T00:00:00Z", "2025-12-01T00:00:00Z"
AS_OF = parse_time(UNTIL)


def line(kpi: str, value: float | None, **more: Any) -> KpiLine:
    """Return a KPI of thirty customers."""
    return KpiLine(kpi, SINCE, UNTIL, value, value, value, 40, 30, **more)


def stages_report(
    *lines: KpiLine, stage: str = "growth", company: str = "c", as_of: Timestamp = AS_OF, **more: Any
) -> StagesReport:
    """Return a report of two stages, the second with these lines."""
    bare = tuple(line(each.kpi, None) for each in lines)
    moves = Moves(SINCE, UNTIL, (StageMoves("introduction", 3, {}), StageMoves(stage, 50, {"introduction": 0.02, stage: 0.98})))
    given: dict[str, Any] = {"moves": moves, "held_back": (HeldOffer("upgrade", "Bigger plan", SINCE, 12, 7, 3),), **more}
    stages = (StageKpis("introduction", 30, 0.3, bare), StageKpis(stage, 70, 0.7, lines))
    return StagesReport(format_time(as_of), company, "EUR", "growth_curve", 90, 100, stages, lines, (), **given)


def finding(section: str, about: str, measure: str, figure: float, *, level: Level = "note") -> Finding:
    """Return a finding with words of its own that tell nothing."""
    return Finding(level, section, about, "as monitoring says it", measure, figure, 1.0, "as monitoring advises")


def grade(letter: str | None = "A", **more: Any) -> LiveGrade:
    """Return the grade of a churn model that beats one rule, and is beaten by another."""
    known: dict[str, Any] = {
        "beats": ("prior",),
        "alike": ("mbg_nbd",),
        "beaten_by": ("health",),
        "trained_as_of": SINCE,
        "promoted_at": UNTIL,
    }
    return LiveGrade("churn", "f" * 64, letter, "words of the grade", **{**known, **more})


def monitor_report(
    *findings: Finding,
    grades: Sequence[LiveGrade] = (),
    decisions: Sequence[SystemLimit] = (),
    company: str = "c",
    bundle: str = "b",
    as_of: Timestamp = AS_OF,
) -> MonitorReport:
    """Return a report of what monitoring found, about models and a company file of these names."""
    live = LiveModels(bundle, company, "s", None, SINCE, {})
    return MonitorReport(
        format_time(as_of), live, list(findings), [], [], [], [], [], [], [], decisions=list(decisions), grades=list(grades)
    )


def system_limit(measure: str, figure: float, *, good: float, hard: float, alarms: bool = True) -> SystemLimit:
    """Return a figure of the decision system beside its limits."""
    return SystemLimit(measure, measure, figure, good, hard, True, alarms, 100)


def _sure(value: float) -> Figure:
    return Figure(value, value, value)


def backtest_report(*, leavers: int = 30, company: str = "c", as_of: Timestamp = AS_OF) -> BacktestReport:
    """Return a back-test in which our list names 62 % of those who left."""
    methods = {name: {"precision": _sure(share), "recall": _sure(share)} for name, share in ((MODEL, 0.62), ("health", 0.25))}
    lead = LeadTime(leavers, _sure(0.6), 0.1, 0.3, _sure(41.0), 20.0, 60.0, {}, 0.0)
    return BacktestReport(
        model="churn",
        definition="contract",
        horizon_days=90,
        as_of=as_of,
        company=company,
        log_digest="l",
        seed=0,
        recipe=RecipeTried("live", "f" * 64, "trees", {}, "none"),
        terms=Terms(20, None, 0.0, 0.0, {}, None, "EUR"),
        assumptions=["calls are made at once"],
        notes=[],
        pooled=ListFigures(500, leavers, 0, None, methods, {}),
        months=[],
        stages={},
        lead={MODEL: lead},
        stage_lead={},
        net_by_money={},
        savings=[],
        break_even={},
        post_mortem=PostMortem(leavers, [], [], {}, False, [], 0),
    )
