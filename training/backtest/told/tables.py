"""Which tables stand behind the pictures: a back-test laid out in rows, as its CSV files hold it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from features.reports.backtest import BacktestReport, LeadTime, ListFigures
from features.reports.figures import Figure
from training.backtest.told.names import NAMES


def by_month(report: BacktestReport, measures: Iterable[str]) -> pd.DataFrame:
    """Return a row a month, method and measure, with its interval."""
    wanted = tuple(measures)
    return pd.DataFrame([
        {"month": pd.Timestamp(month.origin, unit="us", tz="UTC"), **row}
        for month in report.months
        for row in _rows(month.figures, wanted)
    ])  # fmt: skip


def months(report: BacktestReport) -> pd.DataFrame:
    """Return a row a month: how many may be listed, how many of them left, and what could be learned from."""
    return pd.DataFrame([
        {
            "month": pd.Timestamp(month.origin, unit="us", tz="UTC"),
            "may_be_listed": month.figures.customers,
            "left": month.figures.leavers,
            "gone_already": month.figures.noticed,
            "learned_from_rows": month.train_rows,
            "most_recall": month.figures.most_recall,
        }
        for month in report.months
    ])  # fmt: skip


def pooled(report: BacktestReport, measures: Iterable[str]) -> pd.DataFrame:
    """Return a row a method and measure over all months, and the model less the method on the same draws."""
    beside = report.pooled.differences
    return pd.DataFrame([
        {**row, **_difference(beside.get(key, {}).get(str(row["measure"])))}
        for row, key in _keyed(report.pooled, tuple(measures))
    ])  # fmt: skip


def by_stage(report: BacktestReport) -> pd.DataFrame:
    """Return a row a stage, method and measure: of the lists, that part that stood in the stage."""
    return pd.DataFrame([
        {"stage": stage, "may_be_listed": figures.customers, "left": figures.leavers, **row}
        for stage, figures in report.stages.items()
        for row in _rows(figures, ("precision", "recall"))
    ])  # fmt: skip


def lead(report: BacktestReport) -> pd.DataFrame:
    """Return a row a method, in all stages and in each: how many were warned, dropped or never listed, and how long ahead."""
    groups = {"all": report.lead, **report.stage_lead}
    return pd.DataFrame([
        {"stage": stage, "method": NAMES[name], **_lead_row(each)}
        for stage, part in groups.items()
        for name, each in part.items()
    ])  # fmt: skip


def lead_ahead(report: BacktestReport) -> pd.DataFrame:
    """Return a row a method and number of days: the share of those who left who were warned so many days ahead or more."""
    return pd.DataFrame([
        {"method": NAMES[name], "days_ahead": int(days), "share_of_leavers": share}
        for name, each in report.lead.items()
        for days, share in each.at_least.items()
    ])  # fmt: skip


def cumulated(report: BacktestReport) -> pd.DataFrame:
    """Return a row a month and method: net of the month, and of all months up to it."""
    table = by_month(report, ["net"]).rename(columns={"value": "net"})
    return table.assign(net_so_far=table.groupby("method", sort=False)["net"].cumsum()).drop(columns=["measure"])


def savings(report: BacktestReport) -> pd.DataFrame:
    """Return a row a share kept and method: what calling brings over all months."""
    return pd.DataFrame([
        {"save_share": each.save_share, "method": NAMES[name], "net": net}
        for each in report.savings
        for name, net in each.net.items()
    ])  # fmt: skip


def break_even(report: BacktestReport) -> pd.DataFrame:
    """Return a row a method: the share of the leavers called that must stay for calls to pay."""
    return pd.DataFrame([{"method": NAMES[name], **_figure(each)} for name, each in report.break_even.items()])


def signals(report: BacktestReport) -> pd.DataFrame:
    """Return a row a sign: how common it was in the newest month among leavers and stayers, and how often it came first."""
    return pd.DataFrame([
        {
            "sign": each.name, "leavers_known": each.known_leavers,
            "leavers": each.leavers.get("1"), "stayers": each.stayers.get("1"),
            **{f"lift{end}": value for end, value in _lift(each.lift).items()},
            "came_first": each.came_first, "months_before": each.months_before, "shown_all_along": each.shown_all_along,
        }
        for each in report.post_mortem.signals
    ])  # fmt: skip


def meanings(report: BacktestReport) -> pd.DataFrame:
    """Return a row a sign: what it says, its rule, and what it tells of."""
    return pd.DataFrame([
        {"sign": each.name, "says": each.text, "tells_of": each.tells, "rule": each.rule} for each in report.post_mortem.signals
    ])  # fmt: skip


def signals_by_month(report: BacktestReport) -> pd.DataFrame:
    """Return a row a sign, month before leaving and group: the share that showed it."""
    return pd.DataFrame([
        {"sign": each.name, "months_before": int(back), "customers": group, "share": share}
        for each in report.post_mortem.signals
        for group, part in (("left", each.leavers), ("stayed", each.stayers))
        for back, share in part.items()
    ])  # fmt: skip


def causes(report: BacktestReport) -> pd.DataFrame:
    """Return a row a cause and group with its interval."""
    return pd.DataFrame([
        {"signs_of": each.cause, "customers": group, **_figure(part)}
        for each in report.post_mortem.causes
        for group, part in (("left", each.leavers), ("stayed", each.stayers))
    ])  # fmt: skip


def offers(report: BacktestReport) -> pd.DataFrame:
    """Return a row a kind of offer, and one for those who were shown none."""
    dead = report.post_mortem
    if not dead.offers_known:
        return pd.DataFrame()
    rows = [{"offer": each.kind, "shown_to": each.shown_to, "accepted_by": each.accepted_by} for each in dead.offers]
    return pd.DataFrame([*rows, {"offer": "nothing", "shown_to": dead.no_offer, "accepted_by": 0}]).assign(
        share_of_leavers=lambda table: table["shown_to"] / max(dead.leavers, 1)
    )


def _keyed(figures: ListFigures, measures: tuple[str, ...]) -> list[tuple[dict[str, object], str]]:
    return [
        ({"method": NAMES[name], "measure": measure, **_figure(found[measure])}, name)
        for name, found in figures.methods.items()
        for measure in measures
        if measure in found
    ]


def _rows(figures: ListFigures, measures: tuple[str, ...]) -> list[dict[str, object]]:
    return [row for row, _ in _keyed(figures, measures)]


def _figure(figure: Figure) -> dict[str, object]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _difference(figure: Figure | None) -> dict[str, object]:
    value, low, high = (None, None, None) if figure is None else (figure.value, figure.low, figure.high)
    return {"model_less_it": value, "difference_low": low, "difference_high": high}


def _lift(figure: Figure | None) -> dict[str, float | None]:
    value, low, high = (None, None, None) if figure is None else (figure.value, figure.low, figure.high)
    return {"": value, "_low": low, "_high": high}


def _lead_row(lead: LeadTime) -> dict[str, object]:
    median = lead.median_days
    return {
        "left": lead.leavers, "warned": lead.warned.value, "warned_low": lead.warned.low, "warned_high": lead.warned.high,
        "dropped": lead.dropped, "never_listed": lead.never,
        "median_days": median and median.value, "median_low": median and median.low, "median_high": median and median.high,
        "quarter_days": lead.quarter_days, "three_quarter_days": lead.three_quarter_days, "began_with_the_walk": lead.cut_short,
    }  # fmt: skip
