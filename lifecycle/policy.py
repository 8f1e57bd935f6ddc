"""Decisions as a whole: `lifecycle policy evaluate` values a company file; `find` and `feedback` look at what is live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import Refused
from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.feedback import feedback

if TYPE_CHECKING:
    from features.reports.policy import PolicyReport, Refusal
    from features.reports.value_finder import FinderReport

_File = Annotated[Path, typer.Argument(metavar="COMPANY.toml", help="The new company file; it is not taken into use.")]
_Days = Annotated[int, typer.Option(min=1, max=3650, help="How many days of decisions whose reward is complete.")]
_Context = Annotated[str | None, typer.Option(help="The occasion, one of the company's; without it none in particular.")]


class CannotBeValued(Refused):
    """The log cannot tell what a company file would be worth."""


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    about = "Decisions: what another company file would bring, whom offers miss, and whose word about them is learned from."
    group = typer.Typer(help=about, no_args_is_help=True)
    group.command("evaluate")(evaluate)
    group.command("find")(find)
    group.command("feedback")(feedback)
    app.add_typer(group, name="policy")


def evaluate(file: _File, days: _Days = 365, as_json: JsonFlag = False) -> None:
    """Value a company file by the log before anybody sees it; exit code 6 and the reasons where the log cannot tell."""
    from features.company import read_company_file
    from lifecycle.settings import Settings
    from training.policies.evaluate import evaluate as compare
    from training.policies.learning import offer_model_before
    from training.policies.page import write_policy_page

    home = Settings().home
    with phase("policy evaluate"):
        report = compare(home, read_company_file(file), days=days, learn=offer_model_before, say=say)
        page = write_policy_page(home, report)
    emit(_plain(report), evaluation_text(report, page), as_json=as_json)
    if report.verdict == "refused":
        raise CannotBeValued("; ".join(refusal_text(each) for each in report.refusals))


def find(context: _Context = None, as_json: JsonFlag = False) -> None:
    """Find customers for whom nothing is relevant, offers that never win, and what decides who wins; on what is live."""
    from lifecycle.settings import Settings
    from training.value_finder.find import find as look
    from training.value_finder.page import write_finder_page

    home = Settings().home
    with phase("policy find"):
        report = look(home, context=context)
        page = write_finder_page(home, report)
    emit(_plain(report), finder_text(report, page), as_json=as_json)


def evaluation_text(report: PolicyReport, page: Path) -> str:
    """Return what a comparison comes to, for a person, with what it rests on."""
    from training.policies.wording import lead_of

    parts = [
        "\n".join(lead_of(report)),
        _listed("What differs", report.changes),
        _listed("What it rests on", report.assumptions),
        _values_text(report),
        _offers_text(report),
        _groups_text(report),
        _split_text(report),
        f"Page, pictures and tables: {page}",
    ]
    return "\n\n".join(part for part in parts if part)


def refusal_text(refusal: Refusal) -> str:
    """Return why the log cannot tell and what to do, the latter once where the reason ends with it."""
    return refusal.text if refusal.advice.lower() in refusal.text.lower() else f"{refusal.text} ({refusal.advice})"


def finder_text(report: FinderReport, page: Path) -> str:
    """Return the most important of what was found, for a person."""
    from training.value_finder.page import lead_of

    parts = [
        "\n".join([*lead_of(report), *report.notes]),
        _stages_text(report),
        _listed("Never first", [f"{each.offer_id}: {each.why}" for each in report.never_winning]),
        _listed("Left out in turn", [f"{each.part}: {each.share:.1%} get another first offer" for each in report.sensitivity]),
        f"Page, pictures and tables: {page}",
    ]
    return "\n\n".join(part for part in parts if part)


def _plain(report: PolicyReport | FinderReport) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  - {line}" for line in lines)]) if lines else ""


def _values_text(report: PolicyReport) -> str:
    from training.policies.wording import ESTIMATORS, spelled

    if not report.values:
        return ""
    header = f"  {'':<26}{'live':<26}{'new':<26}new less live"
    lines = [
        f"  {ESTIMATORS[each.estimator]:<26}{spelled(each.live):<26}{spelled(each.new):<26}"
        f"{spelled(each.difference, signed=True)}"
        for each in report.values
    ]
    return "\n".join([f"Worth a decision, {report.currency}", header, *lines])


def _offers_text(report: PolicyReport) -> str:
    if not report.offers:
        return ""
    lines = [f"  {each.offer_id:<26}{each.logged:>8.1%}{each.live:>8.1%}{each.new:>8.1%}" for each in report.offers]
    return "\n".join(["Share of decisions", f"  {'':<26}{'log':>8}{'live':>8}{'new':>8}", *lines])


def _groups_text(report: PolicyReport) -> str:
    from training.policies.wording import spelled

    lines = [
        f"  {f'{each.kind}: {each.name}':<34}{each.decisions:>8,}   {spelled(each.difference, signed=True):<28}{each.verdict}"
        for each in report.groups
    ]
    return "\n".join([f"Who wins and who loses, {report.currency} a decision", *lines]) if lines else ""


def _split_text(report: PolicyReport) -> str:
    from training.policies.wording import spelled

    lines = [
        f"  {each.name.replace('_', ' '):<18}{spelled(each.value) if each.value else 'not known':<28}{each.text}"
        for each in report.split
    ]
    return "\n".join([f"The live policy from gates alone to the whole, {report.currency} a decision", *lines]) if lines else ""


def _stages_text(report: FinderReport) -> str:
    header = f"  {'':<16}{'customers':>10}{'nothing relevant':>18}{'held back':>12}{'not worth it':>14}{'offered':>10}"
    lines = [
        f"  {each.stage:<16}{each.customers:>10,}{each.nothing_relevant:>18,}{each.held_back:>12,}{each.not_worth_it:>14,}"
        f"{each.offered:>10,}"
        for each in report.stages
    ]
    return "\n".join(["By stage", header, *lines])
