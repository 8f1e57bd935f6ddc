"""How does a back-test look: the page for people, a chapter a question, each picture beside the figures it was drawn from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from features.home import Home
from features.reports.backtest import BacktestReport
from features.times import format_time
from features.write_once import replace_file
from training.backtest.told import charts, tables
from training.backtest.told.names import NAMES
from training.backtest.told.wording import lead_of
from training.pages import Chapter, Exhibit, Page, write_page

Draw: TypeAlias = Callable[[pd.DataFrame], Any]

JSON, HTML = "backtest.json", "backtest.html"

_CAUSED = {"value": "little value found", "trouble": "trouble"}
_BY_MONEY = {NAMES[name] for name in ("model_by_money", "money_alone")}
_MONEY_DRAWN = {NAMES[name] for name in ("model", "model_by_money", "money_alone", "health", "at_random")}


def write_report(home: Home, report: BacktestReport) -> Path:
    """Write `reports/backtest.html` with its tables, and `reports/backtest.json` last; return the page."""
    page = write_page(page_of(report), home.reports / HTML)
    replace_file(home.reports / JSON, report.to_json())
    return page


def page_of(report: BacktestReport) -> Page:
    """Return the page."""
    first, last = (format_time(month.origin)[:10] for month in (report.months[0], report.months[-1]))
    title = f"Back-test of the churn model, {first} to {last}"
    chapters = [
        _assumptions(report),
        _lists(report),
        _lead(report),
        _money(report),
        _stages(report),
        _signs(report),
        _why(report),
    ]
    return Page(title, lead_of(report), [chapter for chapter in chapters if chapter.exhibits])


def _assumptions(report: BacktestReport) -> Chapter:
    months = Exhibit(
        "months", "The months", "Who might be listed, and how many of them left within the horizon.", tables.months(report)
    )
    return Chapter("What it rests on", [months], [*report.assumptions, *report.notes])


def _lists(report: BacktestReport) -> Chapter:
    measures = ("precision", "recall")
    pooled, monthly = tables.pooled(report, measures), tables.by_month(report, measures)
    return Chapter(
        "Were the right customers on the list?",
        [
            Exhibit("lists", "All months", _LISTS, pooled, charts.bars),
            Exhibit("lists_by_month", "Month by month", _BY_MONTH, monthly, _without_money(charts.over_months)),
        ],
        ["Precision is the share of those on the list who left within the horizon; recall the share of the leavers on the list."],
    )


def _lead(report: BacktestReport) -> Chapter:
    return Chapter(
        "How long before leaving?",
        [
            Exhibit("lead_ahead", "Warned so many days ahead", _AHEAD, tables.lead_ahead(report), charts.ahead),
            Exhibit("lead_time", "Warned, dropped again, never listed", _WARNED, tables.lead(report), charts.warned),
        ]
        if report.lead
        else [],
        ["Of those who left before the list after the last of the walk, from the first month of the unbroken run of lists."],
    )


def _money(report: BacktestReport) -> Chapter:
    if not report.terms.money:
        return Chapter("What would calling have brought?", [])
    figures = tables.pooled(report, ("calls", "kept", "cost"))
    return Chapter(
        "What would calling have brought?",
        [
            *_nets(report),
            Exhibit("sensitivity", "If more or fewer stay", _SENSITIVITY, tables.savings(report), _of_money(charts.sensitivity)),
            Exhibit("break_even", "The share that must stay for calls to pay", _BREAK_EVEN, tables.break_even(report)),
            Exhibit("money_figures", "Calls, what they kept and cost", _FIGURES, figures),
        ],
    )


def _nets(report: BacktestReport) -> list[Exhibit]:
    if report.terms.save_share is None:
        return []
    words, by_month = f"Net, {report.terms.currency}.", _of_money(charts.money_by_month)
    return [
        Exhibit("money", "All months", f"{words} With 95 % intervals by customer.", tables.pooled(report, ["net"]), charts.bars),
        Exhibit("money_by_month", "Month by month, and so far", words, tables.cumulated(report), by_month),
    ]


def _stages(report: BacktestReport) -> Chapter:
    return Chapter(
        "In which stages?",
        [Exhibit("stages", "Lists by stage", _STAGES, tables.by_stage(report), _without_money(charts.stages))],
    )


def _signs(report: BacktestReport) -> Chapter:
    table = tables.signals(report)
    return Chapter(
        "What was to be seen before?",
        [
            Exhibit("signals", "Signs, those that came first most often first", _SIGNS, table),
            Exhibit("signals_by_month", "By months before leaving", _BEFORE, tables.signals_by_month(report), charts.signs),
            Exhibit(
                "signs", "What each sign means", "Rules over features; limits are the company file's.", tables.meanings(report)
            ),
        ]
        if len(table)
        else [],
    )


def _why(report: BacktestReport) -> Chapter:
    dead = report.post_mortem
    named = [f"Signs of {_CAUSED[cause]}: {', '.join(signs) or 'none known here'}." for cause, signs in dead.cause_signs.items()]
    exhibits = [Exhibit("causes", "Little value found, or trouble", _CAUSES, tables.causes(report), charts.causes)]
    if dead.offers_known:
        exhibits.append(Exhibit("offered", "What they were offered", _OFFERED, tables.offers(report), charts.offers))
    return Chapter("Why did they leave, and what was offered?", exhibits if dead.leavers else [], named)


def _without_money(draw: Draw) -> Draw:
    """Draw without the lists by money, which do not look for the likeliest leavers; the table keeps them."""
    return lambda table: draw(table[~table["method"].isin(_BY_MONEY)])


def _of_money(draw: Draw) -> Draw:
    """Draw few methods only, so that a year of months can be read; the table keeps all."""
    return lambda table: draw(table[table["method"].isin(_MONEY_DRAWN)])


_LISTS = (
    "The lists of all months together, with 95 % intervals by customer; beside them the model less each other method, paired."
)
_BY_MONTH = "Every method on the same customers. Lists by money are not drawn: they do not look for the likeliest leavers."
_STAGES = "Of the one list, the part that stood in each stage."
_AHEAD = "How many of those who left stood on the list so long before, without a break until they left."
_WARNED = "Warned: on the newest list before leaving. Dropped: on an earlier one only. Days are of those warned."
_SENSITIVITY = "Where a line crosses nought, calling pays for itself."
_BREAK_EVEN = "Above 1, calling on these terms pays at no share."
_FIGURES = "Who was called within the horizon before is not called again; the model less each other method beside it, paired."
_SIGNS = (
    "In the newest month before leaving, of those of whom it is known; stayers at the same months. Came first: of all leavers."
)
_BEFORE = "Those who left beside those who stayed, in the same months; drawn are the signs that came first most often."
_CAUSES = "Signs in the newest month before leaving; a sign is no proof, so those who stayed stand beside."
_OFFERED = "Within the horizon before they left."
