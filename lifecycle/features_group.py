"""How are features computed and looked up from the command line: `lifecycle features`, `lifecycle features describe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import InvalidInput
from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.settings import Settings

if TYPE_CHECKING:
    from features.catalogue import Catalogue
    from features.home import Home
    from features.snapshot import Snapshot
    from features.times import Timestamp


class BeyondTheLog(InvalidInput):
    """Features were asked for at a moment that no source has reached."""


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    group = typer.Typer(help="Compute the features of all customers at a moment, or list what each means.")
    group.callback(invoke_without_command=True)(compute)
    group.command()(describe)
    app.add_typer(group, name="features")


def compute(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option(help="Date or moment (UTC); by default the newest midnight all sources reach.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Compute the features of all customers at a moment, or find the stored snapshot."""
    if context.invoked_subcommand is None:
        snapshot = _snapshot(Settings().home, as_of, jobs=jobs)
        emit(_as_json(snapshot), _as_text(snapshot), as_json=as_json)


def describe(as_json: JsonFlag = False) -> None:
    """List every feature: what it means, its unit and range, what a missing value says, and how it is computed."""
    from features.catalogue import catalogue_page

    catalogue = _catalogue(Settings().home)
    result = {"signature": catalogue.signature, "features": catalogue.describe()}
    emit(result, catalogue_page(catalogue), as_json=as_json)


def moment_asked(home: Home, as_of: str | None) -> Timestamp:
    """Return the moment a command was asked for; by default the newest midnight that all sources of the log reach.

    Raises
    ------
    BeyondTheLog
        If no source has reached it.
    """
    from features.log.store import EventLog
    from features.snapshot import newest_whole_day
    from features.times import format_time, parse_time

    asked = parse_time(as_of) if as_of is not None else None
    manifest = EventLog.open(home).manifest
    moment = newest_whole_day(manifest) if asked is None else asked
    if moment > (reached := max(manifest.observed_until.values())):
        raise BeyondTheLog(
            f"needed a moment that the log has reached, at most {format_time(reached)}; found {format_time(moment)}"
        )
    return moment


def _catalogue(home: Home) -> Catalogue:
    """Return the features of the company in use; without one, those that every company has."""
    from features.catalogue import CATALOGUE
    from features.company import stored_company
    from models.bundle import read_live

    live = read_live(home)
    return CATALOGUE if live is None or live.company is None else stored_company(home, live.company).catalogue


def _snapshot(home: Home, as_of: str | None, *, jobs: int) -> Snapshot:
    from features.engine.batch import Effort, compute_snapshots
    from features.times import format_time

    moment = moment_asked(home, as_of)
    with phase(f"features as of {format_time(moment)}"):
        return compute_snapshots(home, _catalogue(home), [moment], effort=Effort(jobs, say))[0]


def _as_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        **snapshot.manifest.as_json(),
        "path": str(snapshot.path),
        "digest": snapshot.digest,
        "customers": len(snapshot.ids),
        "features": len(snapshot.names),
    }


def _as_text(snapshot: Snapshot) -> str:
    lines = [f"{len(snapshot.ids)} customers, {len(snapshot.names)} features", str(snapshot.path)]
    if snapshot.manifest.only_events:
        lines.append(f"{snapshot.manifest.only_events} ids have events but no row in customers; they are left out")
    return "\n".join(lines)
