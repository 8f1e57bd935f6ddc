"""How is the business doing: `lifecycle report` writes its KPIs by stage, channel and cohort, broken limits first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from features.errors import InvalidInput
from lifecycle.console import JsonFlag, emit, phase
from lifecycle.features_group import moment_asked

if TYPE_CHECKING:
    from features.home import Home
    from features.reports.stages import KpiLine, StagesReport
    from features.times import Timestamp
    from lifecycle.settings import Settings
    from training.kpis.report import Recorded


class NoPage(InvalidInput):
    """The page was to be written into what is no HTML file."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(report)


def report(
    as_of: Annotated[
        str | None, typer.Option(help="Date or moment (UTC); by default the newest midnight the log reaches.")
    ] = None,
    months: Annotated[int, typer.Option(min=3, max=24, help="How many months the page looks back.")] = 12,
    out: Annotated[Path | None, typer.Option(help="The page; reports/kpis.html by default. The CSV files lie beside it.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Report the KPIs of the business by stage beside their limits, by channel and cohort and over time: a page and its CSV.

    `reports/stages.json` holds the KPIs by stage, for programs.
    """
    from features.reports.stages import write_stages_report
    from lifecycle.settings import Settings
    from training.kpis.page import write_kpi_page
    from training.kpis.report import kpi_report
    from training.publishing.scene import company_in_use

    settings = Settings()
    home = settings.home
    page, company = _page(home, out), company_in_use(home)
    moment = moment_asked(home, as_of) if as_of else moment_reached(home)
    with phase("KPIs: read the log and the stages"):
        recorded = _recorded(settings, currency=company.currency, until=moment)
        found = kpi_report(home, company, as_of=moment, months=months, recorded=recorded)
    with phase("KPIs: draw the page"):
        write_kpi_page(found, page)
    path = write_stages_report(home, found.stages)
    emit(_as_json(found.stages, page=page, path=path), _as_text(found.stages, page=page, path=path), as_json=as_json)


def moment_reached(home: Home) -> Timestamp:
    """Return the newest midnight that any source of the KPIs reaches; those that lag behind are told of in the report.

    Offers do not count where anything else is known: our own drain says they are complete, and nothing of customers.
    """
    from features.contracts.sources import OFFERS
    from features.log.store import EventLog
    from features.times import DAY
    from training.kpis.reading.gather import READ

    observed = EventLog.open(home).manifest.observed_until
    told = {source: observed[source] for source in READ if source in observed}
    others = [reached for source, reached in told.items() if source != OFFERS.name]
    return max(others or told.values(), default=0) // DAY * DAY


def _page(home: Home, out: Path | None) -> Path:
    if out is not None and out.suffix != ".html":
        raise NoPage(f"needed a file that ends in .html for the page, found {out}; nothing was written")
    return home.reports / "kpis.html" if out is None else out


def _recorded(settings: Settings, *, currency: str, until: Timestamp) -> Recorded:
    """Return what was given and held back before a moment; nothing where no operational database was ever made."""
    from lifecycle.database import open_operational
    from training.kpis.reading.given_back import GivenBack
    from training.kpis.reading.held_back import HeldBack, held_since
    from training.kpis.report import NOTHING_RECORDED, Recorded

    if settings.database_url is None and not settings.home.database.exists():
        return NOTHING_RECORDED
    from serving.database.offered.held import held_between
    from serving.database.offered.recoveries import recoveries_between

    with open_operational(settings) as engine:
        given = [one for one in recoveries_between(engine, 0, until) if one.currency == currency]
        held = [HeldBack(*case) for case in held_between(engine, "expansion_guard", since=held_since(until), until=until)]
    told = [one.customer_id for one in given], [one.amount / 100 for one in given], [one.granted_at for one in given]
    return Recorded(GivenBack.of(*told), held)


def _as_json(stages: StagesReport, *, page: Path, path: Path) -> dict[str, Any]:
    import msgspec

    body: dict[str, Any] = msgspec.to_builtins(stages)
    return {**body, "page": str(page), "file": str(path)}


def _as_text(stages: StagesReport, *, page: Path, path: Path) -> str:
    head = f"{stages.customers:,} customers and prospects as of {stages.as_of}, by {stages.stage_set}"
    verdicts = list(_verdicts(stages)) or ["The company file sets no limits."]
    people = ", ".join(f"{stage.customers:,} {stage.stage}" for stage in stages.stages)
    notes = [f"Note: {note}" for note in stages.notes]
    return "\n".join([head, *verdicts, "", people, "", *notes, "", str(page), str(path)])


def _verdicts(stages: StagesReport) -> Iterator[str]:
    """Give the limits, broken ones first."""
    from features.reports.stages import Verdict
    from training.kpis.chapters.limits import WORDS, limit_words

    for verdict in get_args(Verdict):
        lines = list(stages.judged(verdict))
        if lines:
            yield f"\n{WORDS[verdict].capitalize()} ({len(lines)})"
        yield from (_held(stage, line, limit=limit_words(line)) for stage, line in lines)


def _held(stage: str, line: KpiLine, *, limit: str) -> str:
    told = "unknown" if line.value is None else f"{line.value:.3g}"
    interval = "" if line.low is None or line.high is None else f" ({line.low:.3g} to {line.high:.3g})"
    moved = "" if line.trend in (None, "steady") or line.change is None else f" by {abs(line.change):.2g}"
    since = f", {line.trend}{moved}" if line.trend else ""
    why = f"; {line.note}" if line.note else ""
    return f"  {stage:<16}{line.kpi:<22}{limit:<16}{told}{interval}, of {line.count:,}{since}{why}"
