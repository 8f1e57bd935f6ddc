"""How do people read the KPIs: one page, its leading sentences first, and a CSV behind everything that stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from features.reports.stages import FEW, Verdict
from training.kpis.chapters.economics import economics_chapter
from training.kpis.chapters.limits import all_figures_chapter, limits_chapter
from training.kpis.chapters.loyalty import loyalty_chapter
from training.kpis.chapters.onboarding import onboarding_chapter
from training.kpis.chapters.recoveries import recoveries_chapter
from training.kpis.chapters.stages import stages_chapter
from training.kpis.chapters.support import support_chapter
from training.kpis.chapters.voice import voice_chapter
from training.kpis.report import KpiReport
from training.pages import Page, write_page

_CHAPTERS = (
    limits_chapter,
    stages_chapter,
    support_chapter,
    recoveries_chapter,
    voice_chapter,
    onboarding_chapter,
    loyalty_chapter,
    economics_chapter,
    all_figures_chapter,
)


def write_kpi_page(report: KpiReport, path: Path) -> Path:
    """Write the page to `path`, and the tables into the folder beside it that bears its name."""
    title = f"{report.gathered.company.name}: KPIs by stage"
    return write_page(Page(title, _lead(report), [chapter(report) for chapter in _CHAPTERS]), path)


def _lead(report: KpiReport) -> list[str]:
    stages = report.stages
    counts = {verdict: len(list(stages.judged(verdict))) for verdict in get_args(Verdict)}
    return [
        _limits(counts),
        f"{stages.customers:,} customers and prospects as of {stages.as_of}, by the stages of {stages.stage_set}. Everything "
        f"is from what was known by then; months that are not complete are in no rate; no figure stands on fewer than {FEW} "
        "customers.",
    ]


def _limits(counts: Mapping[Verdict, int]) -> str:
    limits, sure = sum(counts.values()), counts["breached_for_sure"]
    if not limits:
        return "The company file sets no limits."
    return (
        f"{sure + counts['breached']} of {limits} limits are broken, {sure} for sure; of {counts['too_few']} it cannot be told."
    )
