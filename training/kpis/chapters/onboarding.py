"""How do new customers get started, and better than those before them: a chapter of the page, a cohort a quarter of joining."""

from __future__ import annotations

from functools import partial

import pandas as pd

from models.kpis.arithmetic.months import quarters_before
from models.kpis.subjects.onboarding import cohort_figures
from training.kpis.chapters.charts import SHARE_AXIS, Axis, panels_by_cohort
from training.kpis.chapters.tables import FIGURE_COLUMNS, cells
from training.kpis.reading.gather import COHORTS
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit

_WORDS = (
    "A cohort is the customers who joined in one quarter. Days are medians after Kaplan and Meier: who has not reached a "
    "milestone yet is not left out, and who has left counts as not reaching it; there is none where fewer than half have "
    "come there.",
    "Paler: the quarter is not over, or not for all of its customers the time that the figure asks for.",
)


_TOLD = {
    "cohort_days": "From joining, by quarter of joining, with its interval.",
    "cohort_shares": "Seeing value at day 90: used the product from day 60 until day 90. Stayed: at day 180 a contract is in "
    "force or in its grace or, where leaving means silence, there was activity within the main horizon before.",
    "cohort_contact": "Means of those whose first 90 days are over. Active days: days in UTC with a use.",
}


def onboarding_chapter(report: KpiReport) -> Chapter:
    """Return what is told of each cohort."""
    table = _cohorts(report)
    days, contact = (table["measure"].str.startswith(prefix) for prefix in ("days_to_", "first_90d_"))
    exhibits = [
        _exhibit("cohort_days", "Days until half have reached it", table=table[days], axis=Axis("days")),
        _exhibit(
            "cohort_shares",
            "Reached by the due day, seeing value, still here",
            table=table[~days & ~contact],
            axis=Axis("share", SHARE_AXIS),
        ),
        _exhibit("cohort_contact", "Contact in the first 90 days, a customer", table=table[contact], axis=Axis("mean")),
    ]
    return Chapter("How do new customers get started?", exhibits, _WORDS)


def _exhibit(name: str, title: str, *, table: pd.DataFrame, axis: Axis) -> Exhibit:
    panels = list(dict.fromkeys(table["measure"]))
    return Exhibit(name, title, _TOLD[name], table.reset_index(drop=True), partial(panels_by_cohort, axis=axis, panels=panels))


def _cohorts(report: KpiReport) -> pd.DataFrame:
    gathered = report.gathered
    as_of = gathered.facts.reach.as_of
    milestones = [(milestone.name, milestone.due_days) for milestone in gathered.company.milestones]
    known = milestones if "milestones" in gathered.facts.reach.sources else []
    found = cohort_figures(gathered.facts.newcomers, known, cohorts=quarters_before(as_of, COHORTS), as_of=as_of)
    rows = [{"cohort": each.cohort, "measure": each.measure, **cells(each.figure), "complete": each.whole} for each in found]
    return pd.DataFrame(rows, columns=["cohort", "measure", *FIGURE_COLUMNS, "complete"]).astype({"measure": "str"})
