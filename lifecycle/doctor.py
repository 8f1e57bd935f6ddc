"""Is this installation fit to run: one line a check, what is wrong and what to do, exit code 1 where something must be mended."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from features.errors import LifecycleError
from lifecycle import standing
from lifecycle.console import JsonFlag, emit
from lifecycle.standing import Finding

if TYPE_CHECKING:
    from lifecycle.settings import Settings

_FREE_BYTES_WANTED = 2 << 30


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def doctor(as_json: JsonFlag = False) -> None:
        """Check this installation: Python, libraries, disk, keys, log, live state, database, who may sign in."""
        from lifecycle.settings import Settings

        findings = examine(Settings())
        emit({"findings": [asdict(finding) for finding in findings]}, _table(findings), as_json=as_json)
        if any(finding.verdict == "fault" for finding in findings):
            raise typer.Exit(1)


def examine(settings: Settings) -> list[Finding]:
    """Run every check; a check that meets one of our refusals reports it as a fault."""
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("python", _python),
        ("lightgbm", _lightgbm),
        ("home", _home),
        ("disk", _disk),
        ("signing key", _signing_key),
        ("company", _company),
        ("event log", _event_log),
        ("live state", _live_state),
        ("database", standing.database),
        ("people", standing.people),
        ("names", standing.names),
        ("audit", standing.audit),
        ("background", standing.background),
        ("clock", standing.clock),
        ("spark", standing.spark),
    )
    return [_examined(name, check, settings) for name, check in checks]


def _examined(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (LifecycleError, OSError) as error:
        return Finding(name, "fault", str(error))


def _python(_: Settings) -> Finding:
    return Finding("python", "ok", sys.version.split()[0])


def _lightgbm(_: Settings) -> Finding:
    try:
        import lightgbm
    except OSError as error:
        return Finding("lightgbm", "fault", str(error), "install the OpenMP runtime: apt-get install libgomp1")
    return Finding("lightgbm", "ok", str(lightgbm.__version__))


def _home(settings: Settings) -> Finding:
    root = settings.home.root
    if not root.exists():
        return Finding("home", "note", f"{root} does not exist yet", "it is made by `lifecycle import`, `simulate` or `demo`")
    with tempfile.TemporaryFile(dir=root) as file:
        file.write(b"x")
        file.flush()
        os.fsync(file.fileno())
    return Finding("home", "ok", f"{root} can be written and synced")


def _disk(settings: Settings) -> Finding:
    root = settings.home.root.absolute()
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / (1 << 30):.1f} GiB free"
    if free >= _FREE_BYTES_WANTED:
        return Finding("disk", "ok", found)
    return Finding("disk", "fault", found, "free some: a snapshot, its predictions and a copy of both must fit (2 GiB to begin)")


def _signing_key(settings: Settings) -> Finding:
    key: Path = settings.signing_key
    if not key.exists() and (settings.home.keys / "bundle.pub").exists():
        remedy = "publishing needs it: set LIFECYCLE_SIGNING_KEY to where it is; lost: docs/operator-guide.md, Change secrets"
        return Finding("signing key", "note", f"{key} is not there", remedy)
    if not key.exists():
        return Finding("signing key", "note", f"{key} does not exist yet", "the first `lifecycle promote` makes it")
    mode = key.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("signing key", "fault", f"{key} has mode {mode:o}", f"chmod 600 {key}")
    return Finding("signing key", "ok", str(key))


def _company(settings: Settings) -> Finding:
    from features.company import stored_company
    from models.bundle import read_live

    live = read_live(settings.home)
    if live is None or live.company is None:
        return Finding("company", "note", "no company file in use", "lifecycle company use FILE")
    company = stored_company(settings.home, live.company)
    return Finding("company", "ok", f"{company.sha256[:12]}, churn by {company.churn.definition}")


def _event_log(settings: Settings) -> Finding:
    from features.log.store import EventLog, verify_log

    if not settings.home.log.exists():
        return Finding("event log", "note", "empty", "lifecycle import NAME --from PATH, or lifecycle simulate")
    rows = EventLog.open(settings.home).manifest.rows
    if damaged := verify_log(settings.home):
        return Finding("event log", "fault", f"damaged: {', '.join(damaged)}", "restore these files from a backup")
    return Finding("event log", "ok", ", ".join(f"{count:,} {source}" for source, count in rows.items() if count))


def _live_state(settings: Settings) -> Finding:
    from models.bundle import load_live, load_public_key, read_live

    live = read_live(settings.home)
    if live is None or live.bundle is None:
        return Finding("live state", "note", "nothing is promoted yet", "lifecycle train churn, then lifecycle promote churn")
    state = load_live(settings.home, public_key=load_public_key(settings.home))
    return Finding("live state", "ok", f"bundle {live.bundle[:12]} serves {', '.join(sorted(state.models))}")


def _table(findings: list[Finding]) -> str:
    width = max(len(finding.check) for finding in findings)
    lines = []
    for finding in findings:
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        lines.append(f"{finding.verdict:5}  {finding.check:{width}}  {finding.found}{remedy}")
    return "\n".join(lines)
