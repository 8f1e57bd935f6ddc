"""What do customers say: NPS, satisfaction and effort by stage and over time, beside their limits: a chapter of the page."""

from __future__ import annotations

from functools import partial

import pandas as pd

from features.reports.stages import KpiLine
from training.kpis.chapters.charts import Axis, beside, over_months, panels_over_months
from training.kpis.chapters.tables import EVERYBODY, FIGURE_COLUMNS, monthly_table, never_received
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit

_QUESTION = "What do customers say?"
_ASKED = {
    "nps": ("Net promoter score", "net promoter score, -100 to 100"),
    "nps_score": ("Newest NPS answer of each customer", "mean of newest answers, 0 to 10"),
    "csat": ("Satisfaction (CSAT)", "mean of answers, 1 to 5"),
    "ces": ("Effort (CES)", "mean of answers, 1 to 7, 7 is easiest"),
}


def voice_chapter(report: KpiReport) -> Chapter:
    """Return the scores by stage with their limits, and over the months."""
    if absent := never_received(report, "surveys"):
        return Chapter(_QUESTION, [], [absent])
    return Chapter(_QUESTION, [*(_by_stage(report, kpi) for kpi in _ASKED), _by_month(report), _nps(report)])


def _by_stage(report: KpiReport, kpi: str) -> Exhibit:
    title, words = _ASKED[kpi]
    lines = [(EVERYBODY, line) for line in report.stages.everybody if line.kpi == kpi]
    since, until = lines[0][1].since[:10], lines[0][1].until[:10]
    lines += [(stage.stage, line) for stage in report.stages.stages for line in stage.kpis if line.kpi == kpi]
    rows = [_row(stage, line) for stage, line in lines if line.value is not None]
    return Exhibit(
        f"{kpi}_by_stage",
        f"{title} by stage",
        f"From {since} until before {until}. A thick tick is a stage's limit; beyond: how far the interval reaches past it.",
        pd.DataFrame(rows, columns=["stage", *FIGURE_COLUMNS, "limit", "beyond", "outside"]),
        partial(beside, axis=Axis(words), label="stage"),
    )


def _row(stage: str, line: KpiLine) -> dict[str, object]:
    figure = {name: getattr(line, name) for name in (*FIGURE_COLUMNS, "beyond", "outside")}
    limit = line.maximum if line.minimum is None else line.minimum
    return {"stage": stage, **figure, "limit": float("nan") if limit is None else limit}


def _by_month(report: KpiReport) -> Exhibit:
    return Exhibit(
        "voice_by_month",
        "All stages together, by month",
        "The band is the interval.",
        monthly_table(report, _ASKED, stages=False),
        partial(panels_over_months, axis=Axis("mean or score"), panels=tuple(_ASKED)),
    )


def _nps(report: KpiReport) -> Exhibit:
    return Exhibit(
        "nps_by_month_and_stage",
        "Net promoter score by month and stage",
        "A month of few answers moves by chance alone: the intervals stand in the figures.",
        monthly_table(report, ("nps",), everybody=False),
        partial(over_months, axis=Axis("net promoter score"), stages=report.gathered.company.stage_set.order),
    )
