"""What would a company have gained by the churn model: `lifecycle backtest`, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifecycle.console import JsonFlag, emit, phase, say

if TYPE_CHECKING:
    from pathlib import Path

    from features.reports.backtest import BacktestReport, LeadTime
    from features.reports.figures import Figure

_Months = Annotated[int, typer.Option(min=1, max=36, help="How many months back, of those whose labels are mature.")]
_Capacity = Annotated[int | None, typer.Option(min=1, help="Calls on a list; by default the team's weekly capacity.")]
_Share = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Of the leavers called, the share that stays; by default the retention offer's."),
]
_Cost = Annotated[float | None, typer.Option(min=0, help="What a contact costs; by default the offer's dearest channel.")]
_SIGNS_TOLD = 6


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(backtest)


def backtest(
    months: _Months = 12,
    capacity: _Capacity = None,
    save_share: _Share = None,
    contact_cost: _Cost = None,
    as_of: Annotated[str | None, typer.Option(help="Pretend that today is this date; labels are those known by then.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same log, seed and versions give the same report.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Walk month by month through the past: what calling by the churn model would have brought, and what it would have missed."""
    from features.times import parse_time
    from lifecycle.settings import Settings
    from training.backtest.money import TermsAsked
    from training.backtest.run import Asked
    from training.backtest.run import backtest as walk_back
    from training.backtest.told.page import write_report
    from training.publishing.scene import company_in_use
    from training.questions.churn.question import ChurnQuestion

    home = Settings().home
    asked = Asked(months, TermsAsked(capacity, save_share, contact_cost), parse_time(as_of) if as_of else None, seed)
    with phase("backtest"):
        report = walk_back(home, ChurnQuestion(company_in_use(home)), asked=asked, say=say)
        page = write_report(home, report)
    emit(_plain(report), backtest_text(report, page), as_json=as_json)


def backtest_text(report: BacktestReport, page: Path) -> str:
    """Return the most important figures for a person, with what they rest on."""
    from training.backtest.told.wording import lead_of

    parts = [
        "\n".join(lead_of(report)),
        "\n".join(["What it rests on", *(f"  - {text}" for text in [*report.assumptions, *report.notes])]),
        _lists_text(report),
        _stages_text(report),
        _lead_text(report),
        _money_text(report),
        _signs_text(report),
        f"Page, pictures and tables: {page}",
    ]
    return "\n\n".join(part for part in parts if part)


def _plain(report: BacktestReport) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def _lists_text(report: BacktestReport) -> str:
    pooled = report.pooled
    title = f"Lists of {len(report.months)} months: {pooled.customers:,} might be listed, {pooled.leavers:,} of them left"
    header = f"  {'':<30}{'precision':<24}{'recall':<24}{'precision of the model less it':<32}"
    lines = [
        f"  {_named(name):<30}{_share(found.get('precision'))}{_share(found.get('recall'))}"
        f"{_share(pooled.differences.get(name, {}).get('precision'), signed=True)}"
        for name, found in pooled.methods.items()
    ]
    return "\n".join([title, header, *lines])


def _stages_text(report: BacktestReport) -> str:
    lines = [
        f"  {stage:<30}{_share(part.methods['model'].get('precision'))}{_share(part.methods['model'].get('recall'))}"
        f"{part.methods['model']['listed'].value:,.0f} listed, {part.leavers:,} of {part.customers:,} left"
        for stage, part in report.stages.items()
    ]
    return "\n".join(["The model by stage", f"  {'':<30}{'precision':<24}{'recall':<24}", *lines])


def _lead_text(report: BacktestReport) -> str:
    if not report.lead:
        return ""
    leavers = next(iter(report.lead.values())).leavers
    header = f"  {'':<30}{'on the list until leaving':<28}{'never listed':<14}{'median days ahead':<24}"
    return "\n".join([f"Lead time of {leavers:,} who left", header, *map(_lead_line, report.lead.items())])


def _lead_line(named: tuple[str, LeadTime]) -> str:
    name, lead = named
    median = lead.median_days
    days = f"{median.value:.0f} [{median.low:.0f}, {median.high:.0f}]" if median else "-"
    return f"  {_named(name):<30}{_share(lead.warned):<28}{lead.never:<14.1%}{days}"


def _money_text(report: BacktestReport) -> str:
    if not report.terms.money:
        return ""
    header = f"  {'':<30}{'calls':>7}{'kept':>12}{'cost':>12}   {'net':<30}pays from a share of"
    lines = [_money_line(name, found, report.break_even.get(name)) for name, found in report.pooled.methods.items()]
    return "\n".join([f"What calling would have brought, {report.terms.currency}", header, *lines])


def _money_line(name: str, found: Mapping[str, Figure], pays: Figure | None) -> str:
    kept, net = found.get("kept"), found.get("net")
    interval = f"{net.value:,.0f} [{net.low:,.0f}, {net.high:,.0f}]" if net else "-"
    money = f"{found['calls'].value:>7,.0f}{f'{kept.value:,.0f}' if kept else '-':>12}{found['cost'].value:>12,.0f}"
    return f"  {_named(name):<30}{money}   {interval:<30}{_pays(pays)}"


def _pays(share: Figure | None) -> str:
    if share is None or share.value > 1:
        return "none"
    return f"{share.value:.1%} [{share.low:.1%}, {share.high:.1%}]"


def _signs_text(report: BacktestReport) -> str:
    dead = report.post_mortem
    if not dead.signals:
        return ""
    header = f"  {'':<24}{'left':>8}{'stayed':>8}   {'lift':<22}came first"
    lines = [
        f"  {sign.name:<24}{sign.leavers.get('1', 0.0):>8.0%}{sign.stayers.get('1', 0.0):>8.0%}   {_lift(sign.lift):<22}"
        f"{sign.came_first:.0%}"
        for sign in dead.signals[:_SIGNS_TOLD]
    ]
    causes = ", ".join(f"{each.cause} {each.leavers.value:.0%} (stayers {each.stayers.value:.0%})" for each in dead.causes)
    offered = f"\n  offered within the horizon: {_offered(report)}" if dead.offers_known else ""
    title = f"What was to be seen in the newest month before {dead.leavers:,} left; the first signs first"
    return "\n".join([title, header, *lines, f"  signs of: {causes}{offered}"])


def _offered(report: BacktestReport) -> str:
    dead = report.post_mortem
    said = [f"{each.kind} to {each.shown_to} ({each.accepted_by} accepted)" for each in dead.offers]
    return ", ".join([*said, f"nothing to {dead.no_offer}"])


def _lift(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _share(figure: Figure | None, *, signed: bool = False) -> str:
    if figure is None:
        return f"{'-':<24}"
    value = f"{figure.value:+.1%}" if signed else f"{figure.value:.1%}"
    return f"{f'{value} [{figure.low:.1%}, {figure.high:.1%}]':<24}"


def _named(method: str) -> str:
    from training.backtest.told.names import NAMES

    return NAMES[method]
