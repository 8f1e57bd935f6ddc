"""How is the value finder shown to people: customers missed by stage, offers that never win, and what decides who wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from features.home import Home
from features.quality.wording import counted, percent
from features.reports.value_finder import FinderReport
from training.pages import Chapter, Exhibit, Page, write_page
from training.pages.look import MARK, WIDTH
from training.value_finder import tables
from training.value_finder.find import keep_report

PAGE = "value_finder.html"
"""The name of the page below `reports/`."""

_ROW = 18


def write_finder_page(home: Home, report: FinderReport) -> Path:
    """Keep the report, write the page with its tables, and return its path."""
    keep_report(home, report)
    page = Page(
        title=f"Whom the offers miss, as of {report.as_of[:10]}",
        lead=[*lead_of(report), *report.notes],
        chapters=[_missed(report), _never(report), _decides(report)],
    )
    return write_page(page, home.reports / PAGE)


def lead_of(report: FinderReport) -> list[str]:
    """Return in a few sentences what was found."""
    nothing = sum(stage.nothing_relevant for stage in report.stages)
    offered = sum(stage.offered for stage in report.stages)
    many = max(report.customers, 1)
    never = counted(len(report.never_winning), "offer")
    return [
        f"Of {report.customers:,} customers an offer comes first for {percent(offered / many)}; for {percent(nothing / many)} no "
        f"offer is relevant at all. {report.available:.1f} different offers pass every gate, mean a customer.",
        f"{never} of {len(report.offers)} come first for nobody.",
    ]


def _missed(report: FinderReport) -> Chapter:
    return Chapter(
        "For whom is nothing relevant?",
        [
            Exhibit("stage_shares", "By stage", _MISSED, tables.stage_shares(report), _stages),
            Exhibit("stages", "Customers", "The same as counts.", tables.stages(report)),
        ],
    )


def _never(report: FinderReport) -> Chapter:
    return Chapter(
        "Which offers never win, and why?",
        [
            Exhibit("never_winning", "Never first", "What mostly stands in the way of each.", tables.never_winning(report)),
            Exhibit("offers", "What becomes of each offer", _OFFERS, tables.offers(report)),
        ],
    )


def _decides(report: FinderReport) -> Chapter:
    return Chapter(
        "What decides who wins?",
        [
            Exhibit("sensitivity", "Left out in turn", _LEFT_OUT, tables.sensitivity(report), _changed),
            Exhibit("shifts", "By offer", "How often each comes first with everything, and without.", tables.shifts(report)),
        ],
    )


def _stages(table: pd.DataFrame) -> Any:
    bars = alt.Chart(table).mark_bar()
    return bars.encode(
        x=alt.X("share:Q", title="share of customers", axis=alt.Axis(format="%")),
        y=alt.Y("stage:N", title=None, sort=None),
        color=alt.Color("customers:N", title=None, sort=None),
    ).properties(width=WIDTH - 120, height=alt.Step(_ROW))


def _changed(table: pd.DataFrame) -> Any:
    bars = alt.Chart(table).mark_bar(color=MARK)
    return bars.encode(
        x=alt.X("share:Q", title="share of customers whose first offer changes", axis=alt.Axis(format="%")),
        y=alt.Y("part:N", title=None, sort=None),
    ).properties(width=WIDTH - 120, height=alt.Step(_ROW))


_MISSED = (
    "Nothing relevant: no offer passes eligibility, applicability and suitability. Held back: contact policy or expansion guard "
    "withholds all that is relevant. Not worth it: what passes costs more than it brings."
)
_OFFERS = "Each customer counted once for each offer: at the gate where its best channel falls, or by its place in the ranking."
_LEFT_OUT = "Everybody's effect or value becomes the mean, a context weight or a lever becomes 1; costs stay."
