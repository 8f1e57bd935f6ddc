"""How many customers stand in each stage, month by month, and between which stages do they move: a chapter of the page."""

from __future__ import annotations

from functools import partial

import pandas as pd

from features.reports.stages import FEW
from models.kpis.arithmetic.months import whole_months
from models.kpis.lines import places_of
from models.kpis.subjects.movements import counts_at
from training.kpis.chapters.charts import SHARE_AXIS, Axis, map_of, stacked
from training.kpis.reading.moves import MONTHS_OF_MOVES
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit


def stages_chapter(report: KpiReport) -> Chapter:
    """Return counts by stage over the months, and the moves of the last three."""
    order = list(report.gathered.company.stage_set.order)
    counts = Exhibit(
        "stage_counts",
        "Customers and prospects by stage",
        "At the end of each month, as they were told on the Monday before.",
        _counts(report),
        partial(stacked, axis=Axis("customers and prospects", ",.0f"), split="stage", order=order),
    )
    moves = Exhibit(
        "stage_moves",
        "From stage to stage within a month",
        "Of those in the stage on the left at a month's start, the share in the stage below at its end: the last "
        f"{MONTHS_OF_MOVES} complete months together. Stages of fewer than {FEW} customers are left empty.",
        _moves(report),
        partial(map_of, axis=Axis("share that moved", SHARE_AXIS), rows=order, columns=order),
    )
    return Chapter("How many stand where?", [counts, moves])


def _counts(report: KpiReport) -> pd.DataFrame:
    people, places = report.gathered.people, places_of(report.gathered.company.stage_set)
    months = whole_months(report.gathered.facts.reach.as_of, report.months)
    counted = counts_at(people.standings, [month.until for month in months], stages=len(places))
    rows = [
        {"month": month.name, "stage": stage, "value": int(counts[place]), "complete": True}
        for month, counts in zip(months, counted, strict=True)
        for stage, place in places.items()
    ]
    return pd.DataFrame(rows, columns=["month", "stage", "value", "complete"])


def _moves(report: KpiReport) -> pd.DataFrame:
    moves = report.stages.moves
    rows = [
        {"row": one.stage, "column": then, "value": share, "customers": one.counted}
        for one in (moves.stages if moves else ())
        for then, share in one.shares.items()
    ]
    return pd.DataFrame(rows, columns=["row", "column", "value", "customers"])
