"""The command `prune`: what may go by the settings `[retention]`, shown or removed."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from lifecycle.console import JsonFlag, emit


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove files that nothing needs any more and rows whose time is over; the service does so itself once an hour."""
    from lifecycle.database import open_operational
    from lifecycle.settings import Settings
    from serving.pruning.files import prune_files, superfluous
    from serving.pruning.rows import count_rows, prune_rows

    settings, now = Settings(), time.time_ns() // 1000
    keep, home = settings.retention, settings.home
    with open_operational(settings) as engine:
        rows = count_rows(engine, keep, now=now) if dry_run else prune_rows(engine, keep, now=now)
    gone = superfluous(home, keep, now=now) if dry_run else prune_files(home, keep, now=now)
    folders = [str(path.relative_to(home.root)) for path in gone]
    verb = "would go" if dry_run else "removed"
    told = [*folders, *(f"{count:,} rows of {name}" for name, count in rows.items() if count)]
    emit({"dry_run": dry_run, "folders": folders, "rows": rows}, "\n".join([*told, f"{len(told)} {verb}"]), as_json=as_json)
