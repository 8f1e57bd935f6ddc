"""How does an empty installation come to a company with three years of history? It is simulated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import Conflict
from features.home import Home
from features.times import format_time, parse_time
from lifecycle.company import shipped_company, take_into_use_if_none_is
from lifecycle.console import JsonFlag, emit, phase

if TYPE_CHECKING:
    from features.company import Company
    from features.log.intake import IntakeReport


class LogNotEmpty(Conflict):
    """The log holds rows already, and a simulated company must never be mixed with them."""


@dataclass(frozen=True)
class Simulated:
    """What was simulated: what became of its rows, where the truth lies, and the company file that goes with it."""

    report: IntakeReport
    truth: Path
    company: Company


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def simulate(
        customers: Annotated[int, typer.Option(min=1, help="How many people, prospects included.")] = 20_000,
        seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same company.")] = 0,
        years: Annotated[int, typer.Option(min=1, max=20, help="How many years of history.")] = 3,
        as_json: JsonFlag = False,
    ) -> None:
        """Simulate a company that sells subscriptions, with all eight sources, into an empty log."""
        from lifecycle.settings import Settings

        done = simulated_into(Settings().home, customers=customers, seed=seed, years=years)
        emit(_as_json(done), _as_text(done), as_json=as_json)


def simulate_into(home: Home, *, customers: int, seed: int, years: int = 3) -> Company:
    """Simulate a company into an empty log, keep its truth aside, and take its company file into use if none is.

    Raises
    ------
    LogNotEmpty
        If the log holds any row.
    """
    return simulated_into(home, customers=customers, seed=seed, years=years).company


def simulated_into(home: Home, *, customers: int, seed: int, years: int = 3) -> Simulated:
    """Do what `simulate_into` does, and also say what became of the rows."""
    from features.log.intake import Receipt, append
    from training.simulated import simulate, write_truth

    _refuse_rows(home)
    until = parse_time("2026-01-01")
    with phase(f"simulate {customers:,} people over {years} years"):
        company = simulate(customers, seed=seed, until=until, years=years)
    with phase("write the event log"):
        receipt = Receipt(received_at=until, known_at="given", observed_until=company.observed_until)
        report = append(home, company.tables, receipt=receipt)
    truth, brought = write_truth(home, company.truth), shipped_company("default")
    take_into_use_if_none_is(home, brought, at=until)
    return Simulated(report, truth, brought)


def _refuse_rows(home: Home) -> None:
    from features.log.manifest import read_manifest

    manifest = read_manifest(home)
    if manifest and sum(manifest.rows.values()):
        raise LogNotEmpty(
            f"needed an empty event log below {home.root}, found {sum(manifest.rows.values()):,} rows; "
            "set LIFECYCLE_HOME to a new folder, a simulated company is never mixed with another"
        )


def _as_json(done: Simulated) -> dict[str, object]:
    return {
        "sources": {name: asdict(source) for name, source in done.report.sources.items()},
        "observed_until": {name: format_time(at) for name, at in done.report.observed_until.items()},
        "log_digest": done.report.digest,
        "company": done.company.sha256,
        "truth": str(done.truth),
    }


def _as_text(done: Simulated) -> str:
    lines = [
        f"{name:<12}{source.counts.accepted:>10,} rows, {source.counts.versions:,} of them later versions;"
        f" {source.counts.duplicates:,} repeated, {source.quarantined:,} in quarantine"
        for name, source in done.report.sources.items()
    ]
    return "\n".join([*lines, f"company file {done.company.sha256[:12]}", f"truth, for grading only: {done.truth}"])
