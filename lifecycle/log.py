"""How does history come in, and how is it kept whole and quick to read: `lifecycle import`, `lifecycle log verify|compact`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import Conflict, Damaged
from lifecycle.company import shipped_company, take_into_use_if_none_is
from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.settings import Settings

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
    typer.Option("--from", help="The file, the folder with the files, or the URL of the database; nothing else is read."),
]
_Share = Annotated[float, typer.Option("--tolerate", min=0, max=1, help="Share of bad rows above which nothing is imported.")]


class FilesDamaged(Damaged):
    """Files of the event log are not what was written."""


class SimulatedHere(Conflict):
    """The log holds a simulated company, and real history must never be mixed with it."""


def register(app: typer.Typer) -> None:
    """Add `import` and `log` to the command line."""
    app.command("import")(import_command)
    group = typer.Typer(help="The event log: every version of every row.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("compact")(compact)
    app.add_typer(group, name="log")


def import_command(mapping: _Source, place: _Place = None, tolerate: _Share = 0.01, as_json: JsonFlag = False) -> None:
    """Bring history into the event log: one SELECT a source over files or in a database, checked against the contracts."""
    with phase(f"import {mapping}"):
        report, company = import_into(Settings().home, mapping, place=place, tolerated_share=tolerate)
    emit(report.as_json() | {"company": company}, _as_text(report, company), as_json=as_json)


def import_into(
    home: Home, mapping: str, *, place: str | None = None, tolerated_share: float = 0.01
) -> tuple[ImportReport, str | None]:
    """Import by a shipped mapping's name or a mapping file; return the report and the hash of the company file in use.

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
    return report, take_into_use_if_none_is(home, brought, at=now) if brought else _company_in_use(home)


def _refuse_to_mix(home: Home) -> None:
    if (truth := home.root / "truth").exists():
        raise SimulatedHere(
            f"needed a log without a simulated company, found what `lifecycle simulate` keeps in {truth}; "
            "set LIFECYCLE_HOME to a new folder"
        )


def verify(as_json: JsonFlag = False) -> None:
    """Compare every file of the event log with the hash its manifest names; exit code 8 if one differs."""
    from features.log.store import EventLog, verify_log

    home = Settings().home
    damaged, manifest = verify_log(home), EventLog.open(home).manifest
    if damaged:
        listed = "\n".join(f"  {home.log / path}" for path in damaged)
        raise FilesDamaged(f"{len(damaged)} of {len(manifest.files)} files are not what was written; restore a backup\n{listed}")
    found = {"version": manifest.version, "digest": manifest.digest, "files": len(manifest.files), "rows": manifest.rows}
    rows = ", ".join(f"{count:,} {source}" for source, count in manifest.rows.items())
    emit(found, f"version {manifest.version}: all {len(manifest.files)} files are whole ({rows})", as_json=as_json)


def compact(as_json: JsonFlag = False) -> None:
    """Fold what deliveries brought into the files of the log, and split buckets that grew too large; it says the same."""
    from dataclasses import asdict

    from features.log.compaction import compact as compact_log

    report = compact_log(Settings().home, say=say)
    folded = ", ".join(f"{count} of {source}" for source, count in report.folded.items()) or "none were left"
    text = f"version {report.version}: deltas folded: {folded}; {report.buckets} buckets (before: {report.buckets_before})"
    emit(asdict(report), text, as_json=as_json)


def _mapping(name: str) -> ImportMapping:
    from features.importing.mapping import read_mapping, shipped_mapping

    path = Path(name)
    return read_mapping(path) if path.suffix == ".toml" else shipped_mapping(name)


def _company_in_use(home: Home) -> str | None:
    from models.bundle import read_live

    live = read_live(home)
    return live.company if live else None


def _as_text(report: ImportReport, company: str | None) -> str:
    from features.times import format_time

    lines = [f"{report.mapping.name}: read " + ", ".join(f"{rows:,} rows of {table}" for table, rows in report.raw.items())]
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
    lines.append(f"company file: {company[:12]}" if company else "company file: none yet (lifecycle company use FILE)")
    lines.append("next: lifecycle train churn" if company else "next: lifecycle company use FILE, then lifecycle train churn")
    return "\n".join(lines)


def _counted(selected: int, counts: Counts) -> str:
    further = ("duplicates", "versions", "clashes", "late", "backdated")
    found = [f"{count:,} {name}" for name in further if (count := getattr(counts, name))]
    return ", ".join([f"{counts.accepted:,} of {selected:,} rows accepted", *found])
