"""Which limits are broken, how surely, and how each KPI stands by stage: the first and the last chapter of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pandas as pd

from features.company.service_limits import KPIS
from features.reports.stages import KpiLine, StagesReport, Verdict
from models.kpis.kpi import ALL_KPIS
from training.kpis.chapters.tables import EVERYBODY, monthly_table
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit

WORDS: dict[str, str] = {
    "breached_for_sure": "breached for sure",
    "breached": "breached",
    "too_few": "too few to tell",
    "kept": "kept",
}

_HELD = (
    "verdict",
    "stage",
    "kpi",
    "limit",
    "value",
    "low",
    "high",
    "beyond",
    "trend",
    "change",
    "count",
    "outside",
    "months",
    "note",
)


def limit_words(line: KpiLine) -> str:
    """Spell a limit: `at least 7`, `at most 0.08`, `0.1 to 0.3`."""
    if line.minimum is None:
        return f"at most {line.maximum:g}"
    return f"at least {line.minimum:g}" if line.maximum is None else f"{line.minimum:g} to {line.maximum:g}"


def limits_chapter(report: KpiReport) -> Chapter:
    """Return the verdicts, worst first, all figures by stage, and what could not be told."""
    held = Exhibit(
        "limits",
        "Figures held against their limits",
        "Worst first. Breached for sure: the whole interval (19 of 20 cases) lies past the limit; breached: the value does, "
        "and chance alone could be why. Beyond: how far the interval reaches past the limit.",
        pd.DataFrame(list(_held(report.stages)), columns=list(_HELD)),
    )
    by_stage = Exhibit(
        "kpis_by_stage",
        "Every KPI by stage",
        "Over the newest complete months of each: three, or twelve for onboarding and margin; empty where it cannot be told.",
        _by_stage(report.stages),
    )
    return Chapter("Which limits are broken?", [held, by_stage], [f"Note: {note}." for note in report.stages.notes])


def all_figures_chapter(report: KpiReport) -> Chapter:
    """Return each KPI in each month."""
    table = monthly_table(report, ALL_KPIS)
    words = "All stages together and each alone, complete months only: the charts over months are drawn from these rows."
    return Chapter("All figures by month", [Exhibit("kpis_by_month", "Every KPI by month", words, table)])


def _held(report: StagesReport) -> Iterator[dict[str, Any]]:
    for verdict in get_args(Verdict):
        for stage, line in report.judged(verdict):
            told = {name: getattr(line, name) for name in _HELD if hasattr(line, name)}
            months = f"{line.since[:7]} to {line.until[:7]}"
            yield {**told, "verdict": WORDS[verdict], "stage": stage, "limit": limit_words(line), "months": months}


def _by_stage(report: StagesReport) -> pd.DataFrame:
    columns = {stage.stage: [line.value for line in stage.kpis] for stage in report.stages}
    names = {"kpi": list(KPIS), "meaning": [meaning for _, _, meaning in KPIS.values()]}
    return pd.DataFrame({**names, EVERYBODY: [line.value for line in report.everybody], **columns})
