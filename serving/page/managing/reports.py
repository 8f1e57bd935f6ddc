"""How does each report of the manager's view stand: is it there, can it be read, how old, about what is live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from features.errors import Damaged, InvalidInput
from features.home import Home
from features.reports.backtest import BacktestReport
from features.reports.monitor import MonitorReport
from features.reports.stages import StagesReport
from features.times import DAY, Timestamp, parse_time
from serving.live.state import Versions

_Report = TypeVar("_Report", StagesReport, MonitorReport, BacktestReport)


@dataclass(frozen=True)
class Standing(Generic[_Report]):
    """One report; None where there is none, or none that can be read (`is_damaged`).

    `command` writes it. `is_old`: beyond its days. `is_of_another`: made with another company file or other models than are live.
    """

    command: str
    report: _Report | None = None
    as_of: Timestamp | None = None
    is_damaged: bool = False
    is_old: bool = False
    is_of_another: bool = False

    @property
    def is_sound(self) -> bool:
        """Say whether there is nothing to be said against it."""
        return self.report is not None and not self.is_old and not self.is_of_another


@dataclass(frozen=True)
class ManagersReports:
    """Everything the view is made of."""

    stages: Standing[StagesReport]
    monitor: Standing[MonitorReport]
    backtest: Standing[BacktestReport]


def read_reports(home: Home, live: Versions | None, *, now: Timestamp) -> ManagersReports:
    """Return the reports as they stand beside what is live; `live` None: nothing is."""
    return ManagersReports(
        _standing(home, _Kind("stages", "lifecycle report", 8, StagesReport.from_json, _of_stages), live, now=now),
        _standing(home, _Kind("monitor", "lifecycle monitor", 8, MonitorReport.from_json, _of_monitor), live, now=now),
        _standing(home, _Kind("backtest", "lifecycle backtest", 100, BacktestReport.from_json, _of_backtest), live, now=now),
    )


@dataclass(frozen=True)
class _About:
    """What a report was made as of, and with: `bundle` where it is about the models of one."""

    as_of: Timestamp
    company: str
    bundle: str | None = None


@dataclass(frozen=True)
class _Kind(Generic[_Report]):
    name: str
    command: str
    days: int
    read: Callable[[bytes], _Report]
    about: Callable[[_Report], _About]


def _standing(home: Home, kind: _Kind[_Report], live: Versions | None, *, now: Timestamp) -> Standing[_Report]:
    try:
        report = kind.read((home.reports / f"{kind.name}.json").read_bytes())
        about = kind.about(report)
    except FileNotFoundError:
        return Standing(kind.command)
    except (OSError, Damaged, InvalidInput):
        return Standing(kind.command, is_damaged=True)
    return Standing(
        kind.command,
        report,
        about.as_of,
        is_old=now - about.as_of > kind.days * DAY,
        is_of_another=live is not None and (about.company != live.company or about.bundle not in (None, live.bundle)),
    )


def _of_stages(report: StagesReport) -> _About:
    return _About(parse_time(report.as_of), report.company)


def _of_monitor(report: MonitorReport) -> _About:
    return _About(parse_time(report.as_of), report.live.company, report.live.bundle)


def _of_backtest(report: BacktestReport) -> _About:
    return _About(report.as_of, report.company)
