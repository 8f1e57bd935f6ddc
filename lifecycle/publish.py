"""What is live, and how does it change: promote, go back, look at what was live when, predict anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifecycle.ahead import predicting_ahead
from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.features_group import Engine
from lifecycle.train import Model
from lifecycle.training_tables import gates_text, ledger_text

if TYPE_CHECKING:
    from features.home import Home
    from features.times import Timestamp
    from lifecycle.settings import Settings
    from training.publishing.ledger import LedgerEntry
    from training.publishing.pointer import Act
    from training.publishing.spread import Spread

_FOLLOWS_LATER = "MLflow's alias `champion` follows at the next `lifecycle train`, `promote` or `retrain`"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (promote, rollback, models, score):
        app.command()(command)


def promote(
    model: Model,
    run: Annotated[str | None, typer.Option("--run", help="The run to promote; the newest if none is named.")] = None,
    override: Annotated[
        str | None,
        typer.Option(help="Promote though a gate did not pass; the reason is recorded. Needs an admin's LIFECYCLE_ADMIN_KEY."),
    ] = None,
    waiver: Annotated[
        str | None, typer.Option(help="Why a segment below the four-fifths rule is right; recorded, and opens that gate alone.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a trained model live if every gate passes: bundle, predictions, and last the pointer."""
    from lifecycle.settings import Settings
    from training.publishing.promote import promote as put_live

    settings = Settings()
    with phase(f"promote {model}"):
        done = put_live(settings.home, model, act=_act(override, waiver=waiver), run_id=run)
    _say_who_left(settings.home)
    emit(_entry(done), f"{gates_text(done.gates)}\n\n{_moved(done)}", as_json=as_json)
    _follow(settings)


def rollback(
    model: Model,
    reason: Annotated[str | None, typer.Option(help="Why; recorded in the ledger.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Put the model live that was live before, on the current snapshot; MLflow's alias `champion` follows later."""
    from lifecycle.settings import Settings
    from training.publishing.pointer import Act
    from training.publishing.rollback import rollback as go_back
    from training.tracking.store import Store

    settings = Settings()
    home = settings.home
    done = go_back(home, model, act=Act(settings.signing_key, _now(), reason, before_move=predicting_ahead(settings)))
    _say_who_left(home)
    recorded = Store.of(home, settings.mlflow_tracking_uri).is_there
    emit(_entry(done), "\n".join([_moved(done), *([_FOLLOWS_LATER] if recorded else [])]), as_json=as_json)


def models(
    at: Annotated[
        str | None, typer.Option(help="What was live at this moment, ISO 8601; what is live now if none is given.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what is live, what was live when, and the candidates waiting."""
    from features.times import format_time, parse_time
    from lifecycle.settings import Settings
    from models.bundle.erased_since import erased_since
    from training.publishing.ledger import live_at, read_ledger
    from training.records.candidates import stored_candidates

    home, moment = Settings().home, parse_time(at) if at else _now()
    live, moves = live_at(home, moment), [entry for entry in read_ledger(home) if entry.at <= moment]
    waiting = [candidate.report for candidate in stored_candidates(home) if candidate.report.trained_at <= moment]
    erased = erased_since(home, {*(live.models.values() if live else ()), *(report.model_sha for report in waiting)})
    result = {
        "at": format_time(moment),
        "erased_since": erased,
        "live": _entry(live) if live else None,
        "ledger": [_entry(entry) for entry in moves],
        "candidates": [{"model": report.model, "run_id": report.run_id, "model_sha": report.model_sha} for report in waiting],
    }
    emit(result, "\n".join([ledger_text(moves, waiting), *_erased_text(erased)]), as_json=as_json)


def score(
    out: Annotated[
        Path | None,
        typer.Option(help="Write to this .csv or .parquet file and publish nothing; who is not at risk has empty cells."),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Score in this process, or on Spark (LIFECYCLE_SPARK_MASTER).")] = Engine.LOCAL,
    as_json: JsonFlag = False,
) -> None:
    """Predict for every customer on the newest snapshot with the live bundle, and publish it or write a file."""
    from lifecycle.settings import Settings
    from training.publishing.score import score as publish
    from training.publishing.score import score_to_file

    settings = Settings()
    with phase("score"), _tasks(engine, settings.spark_master) as spread:
        if out:
            rows = score_to_file(settings.home, out, spread=spread)
            emit({"file": str(out), "rows": rows}, f"{rows:,} customers in {out}", as_json=as_json)
            return
        entry = publish(settings.home, at=_now(), spread=spread, before_move=predicting_ahead(settings))
    emit(_entry(entry), _moved(entry), as_json=as_json)


@contextmanager
def _tasks(engine: Engine, master: str | None) -> Iterator[Spread | None]:
    """Give what deals rows out to Spark's tasks, for as long as its session lasts; nothing where this process does it all."""
    if engine is Engine.LOCAL:
        yield None
        return
    from features.spark.parts import run_parts
    from features.spark.session import spark_session

    with spark_session(master or "local[1]") as session:
        yield partial(run_parts, session=session)


def _act(override: str | None, *, waiver: str | None) -> Act:
    """Return who moves the pointer; an override is asked of an admin, a waiver and a way back of anybody with the signing key."""
    from lifecycle.admin import admin_of
    from lifecycle.settings import Settings
    from training.publishing.pointer import Act

    settings, now = Settings(), _now()
    admin = admin_of(settings, now=now) if override else None
    return Act(settings.signing_key, now, override, admin, waiver, predicting_ahead(settings))


def _now() -> Timestamp:
    from features.times import to_timestamp

    return to_timestamp(dt.datetime.now(dt.UTC))


def _follow(settings: Settings) -> None:
    """Let MLflow's aliases follow the pointer, which has moved whatever becomes of them."""
    from training.tracking.store import Store, TrackingMissing

    store = Store.of(settings.home, settings.mlflow_tracking_uri)
    if not store.is_there:
        return
    from training.tracking.registry import follow_ledger

    try:
        follow_ledger(settings.home, store)
    except TrackingMissing as error:
        say(f"live, but MLflow does not show it: {error}. {_FOLLOWS_LATER}")


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    from features.times import format_time

    return {**asdict(entry), "at": format_time(entry.at)}


def _say_who_left(home: Home) -> None:
    """Name the models that the newest move took out of what is live: they do not answer what is asked now."""
    from training.publishing.ledger import read_ledger

    *earlier, now = read_ledger(home)
    left = [model for model in (earlier[-1].models if earlier else {}) if model not in now.models]
    if left:
        commands = ", ".join(f"`lifecycle train {model}`" for model in left)
        say(f"no longer live, as another question or other features are asked now: {', '.join(left)}; {commands}, then promote")


def _erased_text(erased: Mapping[str, int]) -> list[str]:
    """Say which models learned from people who were erased since; nothing where none did."""
    lines = [f"  {sha[:12]}  trained on data of {people:,} people erased since" for sha, people in sorted(erased.items())]
    return ["", "To be trained again", *lines] if lines else []


def _moved(entry: LedgerEntry) -> str:
    lines = [f"live since {_entry(entry)['at']} ({entry.action})"]
    lines += [f"  {name:<12}{sha[:12] if sha else 'none'}" for name, sha in asdict(entry.live).items()]
    lines += [f"  recorded reason: {entry.override}"] if entry.override else []
    lines += [f"  by the admin of key {entry.admin}"] if entry.admin else []
    return "\n".join([*lines, *([f"  recorded waiver: {entry.waiver}"] if entry.waiver else [])])
