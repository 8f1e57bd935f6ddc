"""How do the live models fare, and must somebody look: the command, its text, and the exit code that a scheduler reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import AttentionNeeded
from lifecycle.console import JsonFlag, emit, phase, say

if TYPE_CHECKING:
    from features.reports.drift import DriftWindow
    from features.reports.monitor import Finding, ModelOutcomes, MonitorReport, OutcomeWindow
    from features.times import Timestamp


class SomebodyMustLook(AttentionNeeded):
    """Monitoring found something that changes decisions, or will."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(monitor)


def monitor(
    as_of: Annotated[
        str | None, typer.Option(help="Pretend that today is this date or moment (UTC): what came is what was known by then.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Watch what is live: outcomes, drift, feeds. Exit code 0: nobody must look; 9: somebody must."""
    from lifecycle.settings import Settings
    from training.monitoring.monitor import monitor as watch
    from training.monitoring.monitor import write_report
    from training.monitoring.page import verdict, write_monitor_page

    home = Settings().home
    with phase("monitor"):
        report = watch(home, moment=_moment(as_of), say=say)
        write_report(home, report)
        page = write_monitor_page(home, report)
    emit(_as_json(report), _as_text(report, page), as_json=as_json)
    if report.alarms:
        raise SomebodyMustLook(f"{verdict(report.findings)} {page}")


def _moment(as_of: str | None) -> Timestamp:
    from features.times import parse_time, to_timestamp

    return to_timestamp(dt.datetime.now(dt.UTC)) if as_of is None else parse_time(as_of)


def _as_json(report: MonitorReport) -> dict[str, Any]:
    import json

    body: dict[str, Any] = json.loads(report.to_json())
    return body


def _as_text(report: MonitorReport, page: Path) -> str:
    from training.monitoring.page import verdict

    parts = [
        f"Monitoring as of {report.as_of}. {verdict(report.findings)}",
        "\n".join(_finding(each) for each in report.findings) or "  nothing was found",
        "\n".join(["What came of predictions", *(_outcome(each) for each in report.outcomes)]),
        "\n".join(["Drift", *(_drift(each) for each in report.drift)]),
        f"All figures: {page}",
    ]
    return "\n\n".join(parts)


def _finding(found: Finding) -> str:
    mark = "ALARM" if found.level == "alarm" else "note "
    held = f"{found.measure} {found.figure:.4g}, limit {found.limit:.4g}"
    return f"  {mark}  {found.about}: {found.text}\n         {held}; {found.advice}"


def _outcome(found: ModelOutcomes) -> str:
    states = ", ".join(f"{_counted(found, state)} {state}" for state in ("matured", "pending", "censored"))
    lines = [f"  {found.model}: months {states}", *(_window(found, each) for each in found.windows if each.measures)]
    return "\n".join(lines)


def _counted(found: ModelOutcomes, state: str) -> int:
    return sum(window.state == state for window in found.windows)


def _window(found: ModelOutcomes, window: OutcomeWindow) -> str:
    shown = ("auc", found.main_measure)
    figures = [f"{name} {_spelled(window, name)}" for name in shown if name in window.measures]
    return f"    {window.month}  {window.matured:>7,} customers   " + "   ".join(figures)


def _spelled(window: OutcomeWindow, name: str) -> str:
    figure, promised = window.measures[name], window.promised.get(name)
    beside = "" if promised is None else f" (promised {promised.value:.3g})"
    return f"{figure.value:.3g} [{figure.low:.3g}, {figure.high:.3g}]{beside}"


def _drift(window: DriftWindow) -> str:
    moved = f"{len(window.drifted)} of {len(window.columns)} moved"
    then = f"{window.reference_customers:,} {window.population} as of {window.reference_as_of[:10]}"
    return (
        f"  {window.model} {window.what}: {moved}, {then} beside {window.current_customers:,} as of {window.current_as_of[:10]}"
    )
