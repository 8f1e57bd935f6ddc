"""How does history come in: `lifecycle import`, and what is told of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import Conflict
from lifecycle.company import shipped_company, take_into_use_if_none_is
from lifecycle.console import JsonFlag, emit, phase

if TYPE_CHECKING:
    from features.home import Home
    from features.importing.mapping import ImportMapping
    from features.importing.report import ImportReport
    from features.log.versions import Counts

_KNOWN_AT = {
    "given": "each row says itself since when it was known",
    "received": "every row counts as known since this import",
    "event_time": "every row counts as known since it happened, profiles of customers since this import: for a first import only",
}

_Source = Annotated[str, typer.Argument(metavar="NAME|MAPPING.toml", help="A shipped mapping, or your own (docs/import.md).")]
_Place = Annotated[
    str | None,
    typer.Option("--from", help="A file, the folder of the files, or a database; nothing else is read."),
]
_Share = Annotated[float, typer.Option("--tolerate", min=0, max=1, help="Share of bad rows above which nothing is imported.")]


class SimulatedHere(Conflict):
    """The log holds a simulated company, and real history must never be mixed with it."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import")(import_command)


def import_command(mapping: _Source, place: _Place = None, tolerate: _Share = 0.01, as_json: JsonFlag = False) -> None:
    """Bring history into the event log: one SELECT a source over files or in a database, checked against the contracts."""
    from lifecycle.settings import Settings

    home = Settings().home
    with phase(f"import {mapping}"):
        report = import_into(home, mapping, place=place, tolerated_share=tolerate)
    company = _company_in_use(home)
    emit(report.as_json() | {"company": company}, f"{import_text(report)}\n{_next_text(company)}", as_json=as_json)


def import_into(home: Home, mapping: str, *, place: str | None = None, tolerated_share: float = 0.01) -> ImportReport:
    """Import by a shipped mapping's name or a mapping file, and take its company file into use where none is.

    Raises
    ------
    SimulatedHere
        If the log holds a simulated company.
    """
    from features.importing.imports import import_history, place_of, receipt_for
    from features.times import to_timestamp

    _refuse_to_mix(home)
    chosen, now = _mapping(mapping), to_timestamp(dt.datetime.now(dt.UTC))
    brought = shipped_company(chosen.company) if chosen.company else None
    receipt = receipt_for(chosen, received_at=now, tolerated_share=tolerated_share)
    report = import_history(home, chosen, place=place or place_of(chosen), receipt=receipt)
    if brought:
        take_into_use_if_none_is(home, brought, at=now)
    return report


def _refuse_to_mix(home: Home) -> None:
    if (truth := home.root / "truth").exists():
        raise SimulatedHere(
            f"needed a log without a simulated company, found what `lifecycle simulate` keeps in {truth}; "
            "set LIFECYCLE_HOME to a new folder"
        )


def _mapping(name: str) -> ImportMapping:
    from features.importing.mapping import read_mapping, shipped_mapping

    path = Path(name)
    return read_mapping(path) if path.suffix == ".toml" else shipped_mapping(name)


def _company_in_use(home: Home) -> str | None:
    from models.bundle import read_live

    live = read_live(home)
    return live.company if live else None


def import_text(report: ImportReport) -> str:
    """Return the report for a person: what was read, left out, found, accepted and assumed."""
    from features.times import format_time

    read = ", ".join(f"{rows:,} rows of {table}" for table, rows in report.raw.items())
    lines = [f"{report.mapping.name}: read {read}, from {report.place}"]
    lines += [f"  left out: {rows:,} {reason}" for reason, rows in report.left_out.items()]
    lines += [f"  found: {found.count:,} of {found.of:,} {found.text}" for found in report.findings]
    for name, one in report.intake.sources.items():
        lines.append(f"{name}: {_counted(report.selected[name], one.counts)}, {one.quarantined:,} quarantined")
        lines += [f"  {rows:,} rows in quarantine: {reason}" for reason, rows in one.reasons.items()]
        if one.counts.backdated:
            lines.append("  backdated rows change snapshots of the past when they are computed anew")
        lines.append(f"  observed until {format_time(report.intake.observed_until[name])}")
    lines.append(f"known_at: {_KNOWN_AT[report.mapping.known_at]}")
    lines += [f"assumed: {assumption}" for assumption in report.mapping.assumptions]
    return "\n".join(lines)


def _next_text(company: str | None) -> str:
    if company is None:
        return "company file: none yet\nnext: lifecycle company use FILE, then lifecycle train churn"
    return f"company file: {company[:12]}\nnext: lifecycle train churn"


def _counted(selected: int, counts: Counts) -> str:
    further = ("duplicates", "versions", "clashes", "late", "backdated")
    found = [f"{count:,} {name}" for name in further if (count := getattr(counts, name))]
    return ", ".join([f"{counts.accepted:,} of {selected:,} rows accepted", *found])
