"""How are features computed and looked up from the command line: `lifecycle features`, `lifecycle features describe`."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import InvalidInput
from lifecycle.console import JsonFlag, emit, phase, say

if TYPE_CHECKING:
    from features.catalogue import Catalogue
    from features.home import Home
    from features.snapshot import Snapshot
    from features.times import Timestamp

    Runner = Callable[[Home, Catalogue, list[Timestamp]], list[Snapshot]]


class Engine(StrEnum):
    """Where features are computed; it never shows in the result."""

    LOCAL = "local"
    SPARK = "spark"


class BeyondTheLog(InvalidInput):
    """Features were asked for at a moment that no source has reached."""


class NobodyKnown(InvalidInput):
    """Features were asked for at a moment before the first customer was known."""


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
    engine: Annotated[Engine, typer.Option(help="Compute in this process, or on Spark (LIFECYCLE_SPARK_MASTER).")] = Engine.LOCAL,
    jobs: Annotated[int, typer.Option(min=1, help="Threads to compute with, or Spark's where no master is named.")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Compute the features of all customers at a moment, or find the stored snapshot."""
    from lifecycle.settings import Settings

    if context.invoked_subcommand is None:
        settings = Settings()
        runner = _local(jobs) if engine is Engine.LOCAL else _spark(settings.spark_master or f"local[{jobs}]")
        snapshot = _snapshot(settings.home, as_of, runner=runner)
        emit(_as_json(snapshot), _as_text(snapshot), as_json=as_json)


def describe(as_json: JsonFlag = False) -> None:
    """List every feature: what it means, its unit and range, what a missing value says, and how it is computed."""
    from features.catalogue_page import catalogue_page
    from lifecycle.settings import Settings

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


def _local(jobs: int) -> Runner:
    from features.engine.batch import Effort, compute_snapshots

    return partial(compute_snapshots, effort=Effort(jobs, say))


def _spark(master: str) -> Runner:
    def compute(home: Home, catalogue: Catalogue, as_ofs: list[Timestamp]) -> list[Snapshot]:
        from features.spark.session import spark_session
        from features.spark.stored import compute_snapshots

        with spark_session(master) as session:
            return compute_snapshots(home, catalogue, as_ofs, session=session)

    return compute


def _snapshot(home: Home, as_of: str | None, *, runner: Runner) -> Snapshot:
    from features.times import format_time

    moment = moment_asked(home, as_of)
    with phase(f"features as of {format_time(moment)}"):
        snapshot = runner(home, _catalogue(home), [moment])[0]
    if not len(snapshot.ids):
        raise NobodyKnown(
            f"needed a moment at which a customer was known, found nobody as of {format_time(moment)}; take a later one"
        )
    return snapshot


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
