"""How is history kept whole, complete and quick to read: `lifecycle log verify`, `compact`, `drain` and `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.errors import Damaged
from features.times import format_time
from lifecycle.console import JsonFlag, emit, phase, say


class FilesDamaged(Damaged):
    """Files of the event log are not what was written."""


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(help="The event log: every version of every row.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("compact")(compact)
    group.command("drain")(drain)
    group.command("report")(report)
    app.add_typer(group, name="log")


def verify(as_json: JsonFlag = False) -> None:
    """Compare every file of the event log with the hash its manifest names; exit code 8 if one differs."""
    from features.log.store import EventLog, verify_log
    from lifecycle.settings import Settings

    home = Settings().home
    damaged, manifest = verify_log(home), EventLog.open(home).manifest
    if damaged:
        listed = "\n".join(f"  {home.log / path}" for path in damaged)
        raise FilesDamaged(
            f"{len(damaged)} of {len(manifest.files)} files are missing or not what was written; restore them from a backup, "
            f"or remove {home.log} and import the history again\n{listed}"
        )
    found = {"version": manifest.version, "digest": manifest.digest, "files": len(manifest.files), "rows": manifest.rows}
    rows = ", ".join(f"{count:,} {source}" for source, count in manifest.rows.items())
    emit(found, f"version {manifest.version}: all {len(manifest.files)} files are whole ({rows})", as_json=as_json)


def compact(as_json: JsonFlag = False) -> None:
    """Fold what deliveries brought into the files of the log, and split buckets that grew too large; no row changes."""
    from dataclasses import asdict

    from features.log.compaction import compact as compact_log
    from lifecycle.settings import Settings

    report = compact_log(Settings().home, say=say)
    folded = "deltas folded: " + ", ".join(f"{count} of {source}" for source, count in report.folded.items())
    before = f", {report.buckets_before} before" if report.buckets_before != report.buckets else ""
    text = f"version {report.version}: {folded if report.folded else 'no deltas to fold'}; {report.buckets} buckets{before}"
    emit(asdict(report), text, as_json=as_json)


def drain(as_json: JsonFlag = False) -> None:
    """Move what was told into the log: acknowledged events, decisions, and what became of them; nothing is moved twice."""
    import time
    from dataclasses import asdict

    from lifecycle.database import open_operational
    from lifecycle.settings import Settings
    from serving.background.into_log.drain import drain as drain_into_log
    from serving.background.into_log.inbox import empty_inbox
    from serving.background.into_log.way import Way

    settings = Settings()
    with open_operational(settings) as engine:
        emptied = empty_inbox(Way(settings.home, engine), now=time.time_ns() // 1000)
        moved = drain_into_log(settings.home, engine, now=time.time_ns() // 1000)
    until = format_time(moved.until)
    text = (
        f"{emptied.rows:,} rows of events moved; {moved.decisions:,} decisions and {moved.outcomes:,} outcomes moved as "
        f"{moved.rows:,} rows; complete up to {until}"
    )
    emit(asdict(moved) | {"until": until, "events": emptied.rows}, text, as_json=as_json)


def report(
    out: Annotated[Path | None, typer.Option(help="Where to write the page; by default reports/data_quality.html.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say how good the data are and what to look at, with a page of charts: log, quarantine and stored snapshots."""
    from dataclasses import asdict

    from features.quality import assess
    from features.quality.page import keep, verdict_text
    from lifecycle.settings import Settings

    home = Settings().home
    with phase("data quality"):
        found = assess(home, say=say)
        page = keep(home, found, out=out)
    result = {"log": found.log_digest, "findings": [asdict(one) for one in found.findings], "page": str(page)}
    emit(result, f"{verdict_text(found)}\n{page}", as_json=as_json)
