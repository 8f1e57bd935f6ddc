"""Which figures of the report stand in which table of its page: one row a line, plain columns, the ones that charts draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from features.reports.figures import Figure
from features.reports.monitor import MonitorReport
from features.times import WEEK, format_time, parse_time

MOST_MOVED = 10
"""So many columns of each window are drawn."""

_FINDINGS = ("level", "section", "about", "text", "figure", "limit", "advice")


def findings(report: MonitorReport) -> pd.DataFrame:
    """Return what was found, in the order in which to look at it."""
    return _table([{name: getattr(each, name) for name in _FINDINGS} for each in report.findings], _FINDINGS)


def measured(report: MonitorReport, measure: str) -> pd.DataFrame:
    """Return a measure of every matured month, beside what training promised of that month's model."""
    names = ("model", "month", "value", "low", "high", "promised")
    lines = (
        {"model": each.model, "month": window.month, **asdict(found), "promised": _value(window.promised.get(measure))}
        for each in report.outcomes
        for window in each.windows
        if (found := window.measures.get(measure))
    )
    return _table(lines, names)


def months(report: MonitorReport) -> pd.DataFrame:
    """Return the state of every month."""
    names = ("model", "month", "state", "closes", "asked", "matured", "censored", "reason")
    lines = (
        {**{name: getattr(window, name) for name in names[1:]}, "model": each.model, "closes": (window.closes or "")[:10]}
        for each in report.outcomes
        for window in each.windows
    )
    return _table(lines, names)


def recent(report: MonitorReport) -> pd.DataFrame:
    """Return every measure over the newest matured months."""
    names = ("model", "measure", "value", "low", "high", "promised", "promised_low", "promised_high", "less_prior")
    lines = []
    for each in report.outcomes:
        for measure, found in each.recent.items():
            promised = each.promised.get(measure)
            ends = {} if promised is None else {"promised_low": promised.low, "promised_high": promised.high}
            beside = {"promised": _value(promised), **ends, "less_prior": _value(each.beside.get(measure))}
            lines.append({"model": each.model, "measure": measure, **asdict(found), **beside})
    return _table(lines, names)


def exposures(report: MonitorReport) -> pd.DataFrame:
    """Return what became of offers, by channel and month, the newest month first."""
    names = ("month", "channel", "response_days", "shown", "matured", "pending", "censored", "accepted", "late", "accepted_share")
    lines = (
        {**{name: getattr(each, name) for name in names}, "accepted_share": _value(each.accepted_share)}
        for each in sorted(report.exposures, key=lambda each: each.month, reverse=True)
    )
    return _table(lines, names)


def moved(report: MonitorReport) -> pd.DataFrame:
    """Return the columns of each window that moved most, by how many times their limits."""
    names = ("model", "what", "column", "times_limit", "effect", "effect_limit", "d", "share", "share_limit")
    lines = (
        {
            "model": window.model,
            "what": window.what,
            "column": column.name,
            "times_limit": column.beyond,
            **{name: getattr(column, name) for name in names[4:]},
        }
        for window in report.drift
        if window.what == "features"
        for column in sorted(window.columns, key=lambda column: -column.beyond)[:MOST_MOVED]
    )
    return _table(lines, names)


def columns(report: MonitorReport) -> pd.DataFrame:
    """Return every column of every window, what moved most first."""
    lines = [
        {"model": window.model, "what": window.what, "times_limit": column.beyond, **asdict(column)}
        for window in report.drift
        for column in window.columns
    ]
    return _table(sorted(lines, key=lambda line: -line["times_limit"]), ("model", "what", "name"))


def undone(report: MonitorReport) -> pd.DataFrame:
    """Return the share of customers decided otherwise without the drift, by model and decision."""
    names = ("model", "decision", "changed", "limit", "columns_put_back", "customers")
    lines = (
        {
            "model": each.model,
            "decision": decision,
            "changed": share,
            "limit": each.limits[decision],
            "columns_put_back": each.drifted,
            "customers": each.customers,
        }
        for each in report.undone
        for decision, share in each.changed.items()
    )
    return _table(lines, names)


def feeds(report: MonitorReport) -> pd.DataFrame:
    """Return how each source stands."""
    names = ("source", "observed_until", "hours_behind", "limit_hours", "week", "rows", "usual", "low", "high", "silent_days")
    lines = (
        {
            **{name: getattr(each, name) for name in names if name not in ("usual", "low", "high")},
            "usual": each.usual and each.usual.rows,
            "low": each.usual and each.usual.low,
            "high": each.usual and each.usual.high,
        }
        for each in report.feeds
    )
    return _table(lines, names)


def weeks(report: MonitorReport) -> pd.DataFrame:
    """Return the rows of each source in each of its newest full weeks."""
    lines = (
        {"source": each.source, "week": format_time(parse_time(each.first_week) + place * WEEK)[:10], "rows": rows}
        for each in report.feeds
        for place, rows in enumerate(each.weeks)
    )
    return _table(lines, ("source", "week", "rows"))


def expected(report: MonitorReport) -> pd.DataFrame:
    """Return what the newest predictions let expect, with the largest error of such estimates so far."""
    lines = (
        {"model": each.model, "measure": name, "expected": figure, "largest_error_before": each.largest_error.get(name)}
        for each in report.estimated
        for name, figure in each.estimated.items()
    )
    return _table(lines, ("model", "measure", "expected", "largest_error_before"))


def errors(report: MonitorReport) -> pd.DataFrame:
    """Return realised less expected at every past moment."""
    names = ("model", "as_of", "told_by", "measure", "expected", "realised", "error")
    lines = (
        {
            "model": each.model,
            "as_of": error.as_of[:10],
            "told_by": error.told_by,
            "measure": name,
            "expected": error.estimated[name],
            "realised": realised,
            "error": realised - error.estimated[name],
        }
        for each in report.estimated
        for error in each.errors
        for name, realised in error.realised.items()
    )
    return _table(lines, names)


def limits(report: MonitorReport) -> pd.DataFrame:
    """Return every figure of the decision system beside its limits."""
    names = ("measure", "text", "figure", "good", "hard", "too_high", "alarms", "rests_on")
    return _table([asdict(each) for each in report.decisions], names)


def _table(lines: Iterable[Mapping[str, Any]], names: Iterable[str]) -> pd.DataFrame:
    """Return the lines as a table; without any, its columns stand all the same."""
    found = list(lines)
    return pd.DataFrame(found) if found else pd.DataFrame(columns=list(names))


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value
