"""Everything, end to end, in one command: history, features, train, gates, promote, serve, and two real questions answered."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

import typer

from features.errors import Conflict, LifecycleError, Refused
from features.home import Home
from features.lock import only_one
from lifecycle.console import phase, say
from lifecycle.demo_text import Account, Demo, command_of, demo_text
from lifecycle.question import ask_in_process, ask_over_http
from lifecycle.train import Name

if TYPE_CHECKING:
    import socket

    from features.company import Company
    from serving.database.keys import CreatedKey
    from serving.settings import ServiceSettings
    from training.publishing.pointer import Act

_MARK = ".made-by-lifecycle-demo"
_SEED = 7
_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 60.0
_SMALL = "demo: too few customers to pass the gates"

Data: TypeAlias = Literal["simulated", "completejourney"]


class NotADemo(Conflict):
    """The folder the demo would build anew holds something else."""


class NothingLive(Refused):
    """No model passed its gates, so there is nothing to ask about."""


class DemoRunning(Conflict):
    """Another demo is being built or served in the folder."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def demo(
        data: Annotated[
            Data, typer.Option(help="A simulated subscription business, or a year of real grocery purchases (extra `demo`).")
        ] = "simulated",
        customers: Annotated[int, typer.Option(min=500, help="How many people to simulate, prospects included.")] = 2_000,
        only: Annotated[Name | None, typer.Option("--only", help="Train this model alone; all take some minutes.")] = None,
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; a free one if it is taken.")] = 8000,
        no_serve: Annotated[bool, typer.Option("--no-serve", help="Ask the two questions, print the answers, end.")] = False,
    ) -> None:
        """Simulate or import a company, train, promote and serve; ends with two answered questions, a key and an account."""
        from lifecycle.settings import Settings

        settings, started = Settings(), time.perf_counter()
        _refuse_missing(data)
        with _only_demo(settings.home):
            home = _fresh_home(settings.home)
            company, models = _company(home, data, customers=customers), (only,) if only else get_args(Name)
            built = _build(home, company, models, signing_key=settings.signing_key)
            say(f"all phases: {time.perf_counter() - started:.1f} s; everything stands in {built.home.root}")
            if no_serve:
                _show(built, ask_in_process(built.questions, _service(built.home)), "http://127.0.0.1:8000", is_served=False)
            else:
                _serve(built, port)


def _refuse_missing(data: Data) -> None:
    """Refuse data that are not installed before an earlier demo is removed."""
    if data != "simulated":
        from features.importing.imports import place_of
        from features.importing.mapping import shipped_mapping

        place_of(shipped_mapping(data))


@contextmanager
def _only_demo(parent: Home) -> Iterator[None]:
    """Hold the demo's folder: a second demo would remove it under the first."""
    place = parent.root / "demo"
    with only_one(
        parent.root / "demo.lock",
        lambda holder: DemoRunning(
            f"needed {place} to itself, found a demo running there ({holder}): end it with Ctrl-C, or set LIFECYCLE_HOME"
        ),
    ):
        yield


def _fresh_home(parent: Home) -> Home:
    """Return an empty folder for the demo; an earlier demo's is removed, anything else is left alone."""
    root = parent.root / "demo"
    if root.exists() and not (root / _MARK).exists():
        raise NotADemo(f"needed no folder, or an earlier demo's, at {root}; found something else: move it, or set LIFECYCLE_HOME")
    if root.exists():
        say(f"removing the earlier demo in {root}")
        shutil.rmtree(root)
    root.mkdir(parents=True)
    (root / _MARK).touch()
    return Home(root)


def _company(home: Home, data: Data, *, customers: int) -> Company:
    """Fill the log with the history of a company, and return its company file."""
    if data == "simulated":
        from lifecycle.simulate import simulate_into

        return simulate_into(home, customers=customers, seed=_SEED)
    from lifecycle.imports import import_into, import_text
    from training.publishing.scene import company_in_use

    with phase(f"import {data}, a year of real purchases"):
        report = import_into(home, data)
    say(import_text(report))
    return company_in_use(home)


def _build(home: Home, company: Company, models: Sequence[str], *, signing_key: Path) -> Demo:
    from training.publishing.pointer import Act
    from training.tracking.registry import follow_ledger
    from training.tracking.store import Store

    for model in models:
        if _trained(home, company, model):
            with phase(f"{model}: gates, signed bundle, predictions for everybody, pointer"):
                _promote(home, model, Act(signing_key, _now()))
    follow_ledger(home, Store.at_home(home))
    _refuse_nothing_live(home, models)
    with phase("reports for the manager's view of the agent page"):
        _report(home, company)
    key, account = _key(home, "demo", "read", "decide").secret, _account(home)
    return Demo(home, _riskiest(home, company), key, account, company.currency)


def _refuse_nothing_live(home: Home, models: Sequence[str]) -> None:
    from models.bundle import read_live

    live = read_live(home)
    if live is None or live.bundle is None:
        raise NothingLive(
            f"needed a model that goes live, found that {', '.join(models)} did not, as said above: take churn, which a "
            "demo always puts live if it learns one (`lifecycle demo --only churn`), all models (no --only), or more --customers"
        )


def _trained(home: Home, company: Company, model: str) -> bool:
    """Train a model and show its figures; say whether there is one: who finds too little to learn from abstains."""
    from lifecycle.training_tables import measures_text
    from training.abstention import Abstained, train_or_abstain
    from training.tracking.recording import Tracking
    from training.train import TrainingRun

    run = TrainingRun(_now(), seed=_SEED, tracking=Tracking.at_home(home))
    with phase(f"{model}: graded at past moments, then fitted on all of them"):
        trained = train_or_abstain(home, model, company, run=run, say=_every_phase_but_buckets)
    if isinstance(trained, Abstained):
        say(f"{model} abstains: {trained.reason}")
        return False
    say(measures_text(trained.report))
    return True


def _every_phase_but_buckets(text: str) -> None:
    if "bucket" not in text:
        say(f"  {text}")


def _promote(home: Home, model: str, act: Act) -> None:
    """Promote as anybody would; a model that its gates refuse is left out, but for churn, which a demo is nothing without."""
    from lifecycle.training_tables import gates_text
    from training.gates import PromotionRefused
    from training.publishing.promote import promote

    try:
        entry = promote(home, model, act=act)
    except PromotionRefused as refusal:
        say(str(refusal))
        if model != "churn":
            return
        say("This is a demo of a small company: it goes on by an override, which the ledger records")
        entry = promote(home, model, act=replace(act, override=_SMALL, admin=_key(home, "demo admin", "admin").id))
    say(gates_text(entry.gates))


def _report(home: Home, company: Company) -> None:
    """Write the reports of which the page shows the figures, without the pages that `report` and `monitor` draw of them."""
    from features.reports.stages import write_stages_report
    from lifecycle.report import moment_reached
    from training.kpis.report import Recorded, kpi_report
    from training.monitoring.monitor import monitor, write_report

    # Nobody has decided anything here yet, so nothing was held back.
    found = kpi_report(home, company, as_of=moment_reached(home), recorded=Recorded(held_back=()))
    write_stages_report(home, found.stages)
    write_report(home, monitor(home, moment=_now()))


def _riskiest(home: Home, company: Company) -> str:
    """Return the customer with the highest chance to leave, the one to call first; the first of all where churn abstained."""
    import numpy as np

    from models.bundle import open_predictions
    from training.publishing.pointer import live_now

    predictions, asked = open_predictions(home, live_now(home).predictions or ""), f"churn_{company.horizon_days}"
    chances = predictions.column(asked) if asked in predictions.columns else np.zeros(len(predictions.ids))
    riskiest: str = predictions.ids.ids[int(np.nanargmax(chances))].as_py()
    return riskiest


def _key(home: Home, name: str, *scopes: str) -> CreatedKey:
    from serving.database import database_url, open_database
    from serving.database.keys import create_key

    engine = open_database(database_url(home))
    try:
        return create_key(engine, name=name, scopes=scopes, created_at=_now())
    finally:
        engine.dispose()


def _account(home: Home) -> Account:
    """Let somebody sign in who may do everything, so that each page can be seen; the password stands nowhere else."""
    from serving.database import database_url, open_database
    from serving.people.accounts import create_person

    made, engine = Account("demo", secrets.token_urlsafe(12)), open_database(database_url(home))
    try:
        create_person(engine, name=made.name, role="admin", password=made.password, created_at=_now())
    finally:
        engine.dispose()
    return made


def _service(home: Home) -> ServiceSettings:
    from serving.settings import ServiceSettings

    # The history of a demo ends in the past: an age that would alarm an operator is right here.
    return ServiceSettings(Home(home.root.absolute()), drain_seconds=0.0)


def _serve(built: Demo, port: int) -> None:
    from serving import server

    listener = _listen(port)
    asking = threading.Thread(target=_ask_and_show, args=(built, server.address(listener)), daemon=True)
    asking.start()
    server.serve(_service(built.home), listener, workers=1)
    say(f"ended; nothing is left running. To serve the same again: {command_of(built)} serve")


def _listen(port: int) -> socket.socket:
    from serving import server

    try:
        return server.listen(_HOST, port)
    except server.PortInUse:
        say(f"port {port} is taken by another program: taking a free one instead")
        return server.listen(_HOST, 0)


def _ask_and_show(built: Demo, url: str) -> None:
    try:
        _show(built, ask_over_http(built.questions, url, patience_seconds=_PATIENCE_SECONDS), url, is_served=True)
        say("serving until Ctrl-C")
    except LifecycleError as error:
        say(f"lifecycle: {error}; Ctrl-C ends")


def _show(built: Demo, answers: Sequence[dict[str, Any]], url: str, *, is_served: bool) -> None:
    typer.echo(demo_text(built, answers, url, is_served=is_served))


def _now() -> int:
    return time.time_ns() // 1000
