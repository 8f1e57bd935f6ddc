"""The commands `backup` and `restore`: a copy of the installation while it runs, and an installation out of a copy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lifecycle.console import JsonFlag, emit, phase

if TYPE_CHECKING:
    from serving.safekeeping.backup import Backup


def backup(
    to: Annotated[Path, typer.Option(help="Where to: a folder that does not exist yet, or a file ending in .tar.")],
    as_json: JsonFlag = False,
) -> None:
    """Copy the installation and its database while it runs; the private signing key stands elsewhere and is not copied."""
    from lifecycle.database import open_operational
    from lifecycle.settings import Settings
    from serving.safekeeping.backup import back_up

    settings = Settings()
    with phase("backup"), open_operational(settings) as engine:
        made = back_up(settings.home, engine, to=to, now=time.time_ns() // 1000)
    _tell(made, to, verb="copied to", as_json=as_json)


def restore(
    source: Annotated[Path, typer.Option("--from", help="The folder or .tar file that `lifecycle backup` wrote.")],
    erased: Annotated[
        Path | None, typer.Option(help="The newest erased.jsonl: who was erased after the copy was made is erased again.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an installation of a backup, in an empty LIFECYCLE_HOME and an empty database, after checking every hash."""
    from lifecycle.settings import Settings
    from serving.safekeeping.restore import restore as restore_from

    settings = Settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with phase("restore"):
        made = restore_from(source, settings.home, url=url, erased=erased)
    _tell(made, settings.home.root, verb="restored to", as_json=as_json)


def _tell(made: Backup, place: Path, *, verb: str, as_json: bool) -> None:
    from features.times import format_time

    counts = {name: table.rows for name, table in made.tables.items()}
    moment = format_time(made.made_at)
    found = {"place": str(place), "made_at": moment, "files": len(made.files), "rows": counts}
    emit(found, f"{len(made.files):,} files and {made.rows:,} rows of {moment} {verb} {place}", as_json=as_json)
