"""Who renews and who leaves: by month, stage and segment, and how fast the rate changes: a chapter of the page."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from models.kpis.arithmetic.few import pooled_names
from models.kpis.arithmetic.months import pooled, whole_months
from models.kpis.arithmetic.observations import Observations
from models.kpis.arithmetic.speed import speed_of
from models.kpis.arithmetic.verdicts import told
from models.kpis.lines import places_of
from training.kpis.chapters.charts import SHARE_AXIS, Axis, beside, over_months
from training.kpis.chapters.tables import EVERYBODY, cells, monthly_table, table_of
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit


def loyalty_chapter(report: KpiReport) -> Chapter:
    """Return renewals, churn and its speed."""
    exhibits = [_renewals, _due, _churn, _churn_by_segment, _churn_speed]
    return Chapter("Who renews, and who leaves?", [exhibit(report) for exhibit in exhibits])


def _renewals(report: KpiReport) -> Exhibit:
    return Exhibit(
        "renewals",
        "Renewal rate by month and stage",
        "Of the contracts whose term ended in the month, the share renewed by the end of the grace; the stage is that of the "
        "decision. A dashed line is a stage's limit.",
        monthly_table(report, ("renewal_rate",)),
        partial(over_months, axis=Axis("renewed", SHARE_AXIS), stages=report.gathered.company.stage_set.order),
    )


def _due(report: KpiReport) -> Exhibit:
    due, rows = report.gathered.facts.due, []
    for month in whole_months(report.gathered.facts.reach.as_of, report.months if len(due) else 0):
        here = due.within(month.since, month.until)
        renewed, mature = int((here.renewed & here.mature).sum()), int(here.mature.sum())
        rows.append([month.name, len(here), renewed, mature - renewed, len(here) - mature])
    return Exhibit(
        "contracts_due",
        "Contracts due, month by month",
        "Immature: the grace still runs, so nobody knows; a month that has any is in no rate.",
        pd.DataFrame(rows, columns=["month", "due", "renewed", "not_renewed", "immature"]),
    )


def _churn(report: KpiReport) -> Exhibit:
    return Exhibit(
        "churn",
        "Churn rate by month and stage",
        f"Of those at risk at the start of the month, the share that left within {report.stages.horizon_days} days; months whose "
        "horizon still runs are left out. A dashed line is a stage's limit.",
        monthly_table(report, ("churn_rate",)),
        partial(over_months, axis=_left(report), stages=report.gathered.company.stage_set.order),
    )


def _churn_by_segment(report: KpiReport) -> Exhibit:
    period = pooled(report.measures["churn_rate"].months(3))
    lately = {name: left.within(period.since, period.until).figure() for name, left in _left_by_segment(report).items()}
    table = table_of([{"segment": name, **cells(figure)} for name, figure in lately.items()], "segment").dropna(subset="value")
    return Exhibit(
        "churn_by_segment",
        "Churn rate by segment",
        "The newest three mature months; segments as known at the moment of the report, small ones pooled as few.",
        table,
        partial(beside, axis=_left(report), label="segment"),
    )


def _churn_speed(report: KpiReport) -> Exhibit:
    return Exhibit(
        "churn_speed",
        "How fast the churn rate changes",
        f"By how many points of a hundred the rate rises a month, over the newest {report.months} mature months, with its "
        "interval: where that holds 0, no change is shown.",
        _speeds(report),
    )


def _left(report: KpiReport) -> Axis:
    return Axis(f"left within {report.stages.horizon_days} days", SHARE_AXIS)


def _left_by_segment(report: KpiReport) -> dict[str, Observations]:
    left, people = report.gathered.facts.left, report.gathered.people
    names = pooled_names(people.segments[left.customers], left.customers)
    return {name: left.where(names == name) for name in sorted(set(names.tolist()))}


def _speeds(report: KpiReport) -> pd.DataFrame:
    left, places = report.gathered.facts.left, places_of(report.gathered.company.stage_set)
    groups = {("all", EVERYBODY): left}
    groups |= {("stage", stage): left.of_stage(place) for stage, place in places.items()}
    groups |= {("segment", name): part for name, part in _left_by_segment(report).items()}
    months, rows = report.measures["churn_rate"].months(report.months), []
    for (kind, name), part in groups.items():
        speed = speed_of(part, months)
        if np.isfinite(told(part.figure()).value) and np.isfinite(speed.per_month):
            rows.append([kind, name, *(100 * each for each in (speed.per_month, speed.low, speed.high)), speed.months])
    return pd.DataFrame(rows, columns=["by", "group", "points_a_month", "low", "high", "months"])
