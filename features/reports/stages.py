"""How is the business doing by stage: each KPI beside the company file's limit, with its verdict and where it is going.

`reports/stages.json` holds one `StagesReport`. Moments are ISO 8601 text in UTC; money is in the company's currency. No customer
is named, and no figure stands on fewer customers than `FEW`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

import msgspec

from features.errors import NotFound
from features.home import Home
from features.reports.stored import StoredReport
from features.write_once import canonical_json, replace_file

FEW = 5
"""Of fewer customers no figure is told: it would be about somebody, and say nothing about the stage."""

Verdict: TypeAlias = Literal["breached_for_sure", "breached", "too_few", "kept"]
"""Worst first. `breached_for_sure`: the whole interval lies past the limit. `breached`: the value does, the interval not.

`too_few`: there is no figure to hold against the limit, or none that could tell.
"""

Trend: TypeAlias = Literal["better", "worse", "steady"]
"""Against the period before; `steady` where the change is no larger than chance may have made it."""


class NoStagesReport(NotFound):
    """No report of KPIs by stage was written here."""


@dataclass(frozen=True)
class KpiLine:
    """One KPI of one stage (or of everybody) in the period from `since` until before `until`.

    `low` and `high` bound the value in 19 of 20 cases, as far as chance goes. `count`: the answers, tickets, contracts or lines
    behind the value; `customers`: whose they are. `beyond`: how far the interval reaches past the limit, 0 if nowhere. `outside`:
    customers whose own figure is past the limit, where each has one (`nps_score`). `note` says why there is no value.
    """

    kpi: str
    since: str
    until: str
    value: float | None
    low: float | None
    high: float | None
    count: int
    customers: int
    previous: float | None = None
    change: float | None = None
    trend: Trend | None = None
    minimum: float | None = None
    maximum: float | None = None
    verdict: Verdict | None = None
    beyond: float | None = None
    outside: int | None = None
    note: str | None = None


GroupVerdict: TypeAlias = Literal["below_for_sure", "below", "alike", "too_few"]
"""Beside four fifths of the best group: the whole interval of the rate lies below, the rate or the mean amount does, neither."""


@dataclass(frozen=True)
class GroupGrants:
    """What was given back to the customers of one group who complained: `granted` of `complained`, the mean `amount` of those.

    `rate_ratio` (with its interval) and `amount_ratio` are beside the best group of the kind; None where it cannot be told. Of
    fewer than `FEW` customers no rate and no amount is told.
    """

    kind: str
    group: str
    complained: int
    granted: int
    grant_rate: float | None
    mean_amount: float | None
    rate_ratio: float | None = None
    rate_low: float | None = None
    rate_high: float | None = None
    amount_ratio: float | None = None
    verdict: GroupVerdict = "too_few"


@dataclass(frozen=True)
class StageMoves:
    """Where those who stood in one stage at a month's start stood at its end, as shares by stage; the stage itself is who stayed.

    `counted`: customers, once a month. Of fewer than `FEW` no share is told.
    """

    stage: str
    counted: int
    shares: dict[str, float]


@dataclass(frozen=True)
class Moves:
    """From stage to stage within a month: the complete months from `since` until before `until` together."""

    since: str
    until: str
    stages: tuple[StageMoves, ...]


@dataclass(frozen=True)
class HeldOffer:
    """One offer that the expansion guard held back from `customers`, from `since` on until the report.

    To `shown_later` of them it was shown once the guard let it through, and `accepted_later` said yes then.
    """

    offer_id: str
    name: str
    since: str
    customers: int
    shown_later: int
    accepted_later: int


@dataclass(frozen=True)
class StageKpis:
    """One stage of the default set: who stands in it at `as_of`, and its KPIs, all of them and in one order."""

    stage: str
    customers: int
    share: float
    kpis: tuple[KpiLine, ...]


@dataclass(frozen=True)
class StagesReport(StoredReport):
    """KPIs by stage, in the order of life, and of everybody together; `notes` say plainly what could not be told, and why.

    `recoveries`: what was given back by group; none where nothing was. `moves`: how customers go from stage to stage.
    `held_back`: what the expansion guard held back. Both are None in a report of a version that did not tell of it, the latter
    also where nothing is decided here.
    """

    KIND: ClassVar[str] = "a report of KPIs by stage"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle report` again"

    as_of: str
    company: str
    currency: str
    stage_set: str
    horizon_days: int
    customers: int
    stages: tuple[StageKpis, ...]
    everybody: tuple[KpiLine, ...]
    notes: tuple[str, ...]
    recoveries: tuple[GroupGrants, ...] = ()
    moves: Moves | None = None
    held_back: tuple[HeldOffer, ...] | None = None

    def judged(self, verdict: Verdict) -> Iterator[tuple[str, KpiLine]]:
        """Give the lines of that verdict, each with its stage."""
        for stage in self.stages:
            yield from ((stage.stage, line) for line in stage.kpis if line.verdict == verdict)

    def to_json(self) -> bytes:
        """Return the report in canonical JSON: equal reports, equal bytes."""
        return canonical_json(msgspec.to_builtins(self))


def stages_report_path(home: Home) -> Path:
    """Return where the report stands."""
    return home.reports / "stages.json"


def write_stages_report(home: Home, report: StagesReport) -> Path:
    """Put the report in the place of the one before, in one step."""
    replace_file(stages_report_path(home), report.to_json())
    return stages_report_path(home)


def read_stages_report(home: Home) -> StagesReport:
    """Return the newest report.

    Raises
    ------
    NoStagesReport, ReportUnreadable
        If none was ever written, or what stands there is none.
    """
    path = stages_report_path(home)
    if not path.exists():
        raise NoStagesReport(f"needed {path}, found nothing there; `lifecycle report` writes it")
    return StagesReport.from_json(path.read_bytes())
