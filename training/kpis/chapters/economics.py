"""What do stages bring and cost, and was winning customers worth it: a chapter of the page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from features.reports.stages import FEW
from models.kpis.arithmetic.few import POOLED, pooled_names
from models.kpis.arithmetic.months import pooled, whole_months
from models.kpis.arithmetic.verdicts import told
from models.kpis.lines import places_of
from models.kpis.subjects.economics import Holders, products_held, still_open, taken
from models.value.acquisition import Acquired, by_channel_and_cohort
from training.kpis.chapters.charts import SHARE_AXIS, Axis, beside, map_of
from training.kpis.chapters.tables import EVERYBODY, by_stage, cells, table_of
from training.kpis.report import NO_PRICES, KpiReport
from training.pages import Chapter, Exhibit

_ACQUIRED = ("channel", "cohort", "customers", "cost", "so_far", "expected", "clv_to_cac", "life_to_cac", "paid_back")


def economics_chapter(report: KpiReport) -> Chapter:
    """Return the economics of each stage, the offers taken, and value over cost by channel and cohort."""
    absent = report.measures["clv_to_cac"].absent
    words = [f"Note: {NO_PRICES}.", *([f"Value over cost is not told: {absent}."] if absent else [])]
    return Chapter("What do customers bring and cost?", [_economics(report), _offers_taken(report), _clv_to_cac(report)], words)


def _economics(report: KpiReport) -> Exhibit:
    holders, places = report.gathered.holders, places_of(report.gathered.company.stage_set)
    lines = {EVERYBODY: report.stages.everybody, **{stage.stage: stage.kpis for stage in report.stages.stages}}
    groups = {EVERYBODY: holders, **{stage: holders.of_stage(place) for stage, place in places.items()}}
    values = {stage: {line.kpi: line.value for line in lines[stage]} for stage in groups}
    return Exhibit(
        "stage_economics",
        "What a stage brings and costs",
        f"Margin less cost to serve ({report.stages.currency}) a customer and year, and tickets a customer and quarter, are "
        "KPIs of their newest complete months. Products: different ones bought in the last 365 days, by customers now in the "
        "stage. Acquisition cost of those of whom it is known, and how much of it the margin they brought so far does not "
        "cover.",
        pd.DataFrame([_row(stage, part, values=values[stage]) for stage, part in groups.items()]),
    )


def _row(stage: str, holders: Holders, *, values: dict[str, float | None]) -> dict[str, Any]:
    paid = still_open(holders)
    money = (paid.cost, paid.to_recover) if paid.customers >= FEW else (np.nan, np.nan)
    return {
        "stage": stage,
        "customers": int(holders.has_joined.sum()),
        "margin_a_year": values["margin_per_customer"],
        "tickets_a_quarter": values["tickets_per_customer"],
        "products_held": told(products_held(holders).figure()).value,
        "cost_known_of": paid.customers,
        "acquisition_cost": money[0],
        "still_to_recover": money[1],
        "paid_back": told(paid.paid_back).value,
    }


def _offers_taken(report: KpiReport) -> Exhibit:
    period = pooled(whole_months(report.gathered.facts.reach.of(("offers",)), 12))
    rows = [
        {"offer": name, "stage": stage, **cells(figure)}
        for name, is_discount in (("discounts", True), ("other offers", False))
        for seen in [taken(report.gathered.shown, discounts=is_discount).within(period.since, period.until)]
        for stage, figure in by_stage(report, seen)
    ]
    return Exhibit(
        "offers_taken",
        "Discounts and other offers taken",
        "Share of offers shown and answered in the last twelve complete months that were taken, by the stage of the showing. "
        "The nearest the log comes to price sensitivity; who is shown a discount was chosen, so stages are not compared on "
        "equal terms.",
        table_of(rows, "offer", "stage").dropna(subset="value"),
        partial(beside, axis=Axis("share taken", SHARE_AXIS), label="stage", colour="offer"),
    )


def _clv_to_cac(report: KpiReport) -> Exhibit:
    acquired = report.gathered.acquired
    groups = [] if acquired is None else by_channel_and_cohort(_pooled(acquired))
    table = pd.DataFrame([vars(group) for group in groups if group.customers >= FEW], columns=list(_ACQUIRED))
    return Exhibit(
        "clv_to_cac",
        "Value over the cost of winning, by channel and quarter of joining",
        f"The margin still expected within {report.stages.horizon_days} days over what winning the customers cost, sums over "
        f"sums; life to cac adds the margin brought so far. Groups of fewer than {FEW} customers are pooled as few.",
        table,
        partial(_map, rows=sorted(set(table["channel"])), columns=sorted(set(table["cohort"]))),
    )


def _map(table: pd.DataFrame, *, rows: list[str], columns: list[str]) -> Any:
    named = table.rename(columns={"channel": "row", "cohort": "column", "clv_to_cac": "value"})
    return map_of(named, Axis("value over cost", ".2f"), rows=rows, columns=columns)


def _pooled(acquired: Acquired) -> Acquired:
    """Pool small channels, then what is small of a channel and quarter, by customers whose cost is known."""
    paid, everyone = acquired.cost > 0, np.arange(len(acquired.cost))
    channels, cohorts = acquired.channels.astype(object), acquired.cohorts.astype(object)
    channels[paid] = pooled_names(acquired.channels[paid], everyone[paid])
    pairs = (channels + " " + cohorts).astype(np.str_)
    small = np.flatnonzero(paid)[pooled_names(pairs[paid], everyone[paid]) == POOLED]
    cohorts[small] = POOLED
    return replace(acquired, channels=channels.astype(np.str_), cohorts=cohorts.astype(np.str_))
