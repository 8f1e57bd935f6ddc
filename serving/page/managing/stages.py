"""How does each stage do: which limits are broken, in words first, and every KPI of every stage beside its limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from features.reports.stages import HeldOffer, KpiLine, StagesReport, Trend, Verdict
from features.times import parse_time
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording
from serving.page.managing.kpis import kpi_figure, kpi_name, limit_said

_MARKS: Mapping[Verdict, str] = {
    "breached_for_sure": N_("limit broken"),
    "breached": N_("past the limit, perhaps by chance"),
    "too_few": N_("too few to tell"),
    "kept": N_("within the limit"),
}
_TRENDS: Mapping[Trend, str] = {"better": N_("getting better"), "worse": N_("getting worse"), "steady": N_("steady")}
_SURE = N_("%(stage)s: %(kpi)s is %(figure)s; it should be %(limit)s.")
_PERHAPS = N_("%(stage)s: %(kpi)s is %(figure)s; it should be %(limit)s. Chance alone may be why.")


@dataclass(frozen=True)
class Breach:
    """One broken limit in a sentence; `is_sure` where chance cannot be why. `trend` in words, empty where it is not known."""

    text: str
    is_sure: bool
    trend: str


@dataclass(frozen=True)
class Cell:
    """One KPI of one stage: its figure, what it should be, how it stands (`mark` in words) and where it goes."""

    figure: str
    limit: str
    verdict: Verdict | None
    mark: str
    trend: Trend | None
    trend_said: str


@dataclass(frozen=True)
class KpiRow:
    """One KPI, over its period, of each stage in the order of life."""

    name: str
    period: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class StageHead:
    """One stage: who stands in it, and the share of all that is."""

    name: str
    customers: str
    share: str


@dataclass(frozen=True)
class StagesShown:
    """The stages of a report. `limits`: how many are set, `kept` and `untold` how many of them are kept and cannot be told."""

    heads: tuple[StageHead, ...]
    rows: tuple[KpiRow, ...]
    untold_rows: tuple[str, ...]
    breaches: tuple[Breach, ...]
    limits: int
    kept: int
    untold: int


def stages_shown(report: StagesReport, say: Wording) -> StagesShown:
    """Return the stages as a manager reads them, broken limits worst first; KPIs that no stage tells of are named apart."""
    judged = [line.verdict for stage in report.stages for line in stage.kpis if line.verdict]
    names = [line.kpi for line in report.everybody]
    told = [kpi for kpi in names if any(_is_told(line) for _, line in _of(report, kpi))]
    return StagesShown(
        heads=tuple(StageHead(said(one.stage, say), say.number(one.customers), say.percent(one.share)) for one in report.stages),
        rows=tuple(_row(report, kpi, say) for kpi in told),
        untold_rows=tuple(kpi_name(kpi, say) for kpi in names if kpi not in told),
        breaches=tuple(_breaches(report, say)),
        limits=len(judged),
        kept=judged.count("kept"),
        untold=judged.count("too_few"),
    )


@dataclass(frozen=True)
class HeldShown:
    """One offer that the expansion guard held back, in numbers."""

    name: str
    customers: str
    shown_later: str
    accepted_later: str


def held_shown(held: tuple[HeldOffer, ...], say: Wording) -> tuple[HeldShown, ...]:
    """Return what the expansion guard held back, and what came of it."""
    return tuple(
        HeldShown(one.name, *(say.number(count) for count in (one.customers, one.shown_later, one.accepted_later)))
        for one in held
    )


def _breaches(report: StagesReport, say: Wording) -> Iterator[Breach]:
    for stage, line in chain(report.judged("breached_for_sure"), report.judged("breached")):
        is_sure = line.verdict == "breached_for_sure"
        text = say.text(
            _SURE if is_sure else _PERHAPS,
            stage=said(stage, say).capitalize(),
            kpi=kpi_name(line.kpi, say),
            figure=_figure(report, line, say),
            limit=limit_said(line, say, currency=report.currency),
        )
        yield Breach(text, is_sure, say.text(_TRENDS[line.trend]) if line.trend else "")


def _row(report: StagesReport, kpi: str, say: Wording) -> KpiRow:
    lines = [line for _, line in _of(report, kpi)]
    return KpiRow(kpi_name(kpi, say), _period(lines[0], say), tuple(_cell(report, line, say) for line in lines))


def _of(report: StagesReport, kpi: str) -> Iterator[tuple[str, KpiLine]]:
    return ((stage.stage, line) for stage in report.stages for line in stage.kpis if line.kpi == kpi)


def _is_told(line: KpiLine) -> bool:
    return line.value is not None or line.verdict is not None


def _cell(report: StagesReport, line: KpiLine, say: Wording) -> Cell:
    return Cell(
        figure=_figure(report, line, say),
        limit=limit_said(line, say, currency=report.currency),
        verdict=line.verdict,
        mark=say.text(_MARKS[line.verdict]) if line.verdict else "",
        trend=line.trend,
        trend_said=say.text(_TRENDS[line.trend]) if line.trend and line.trend != "steady" else "",
    )


def _figure(report: StagesReport, line: KpiLine, say: Wording) -> str:
    if line.value is not None:
        return kpi_figure(line.kpi, line.value, say, currency=report.currency)
    return say.text(N_("not reached yet")) if line.verdict in ("breached_for_sure", "breached") else "–"


def _period(line: KpiLine, say: Wording) -> str:
    return f"{say.day(parse_time(line.since))} – {say.day(parse_time(line.until) - 1)}"
