"""Everything, end to end, in one command: history, features, train, gates, promote, serve, and two real questions answered."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

import typer

from features.errors import Conflict, LifecycleError
from features.home import Home
from features.lock import only_one
from lifecycle.console import phase, say
from lifecycle.decision_text import accepting_text, decision_text
from lifecycle.question import Question, ask_in_process, ask_over_http
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


class DemoRunning(Conflict):
    """Another demo is being built or served in the folder."""


@dataclass(frozen=True)
class Demo:
    """A company built by the demo: where it stands, and whom to ask about with which key."""

    home: Home
    customer_id: str
    key: str
    currency: str

    @property
    def questions(self) -> tuple[Question, Question]:
        """Return what a CRM asks: everything about the customer, and what to offer them now."""
        path = f"/v1/customers/{self.customer_id}"
        return Question(path, self.key), Question(f"{path}/decisions", self.key, "{}")


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
        """Simulate or import a company, train, promote and serve; ends with a URL, a key, two questions and their answers."""
        from lifecycle.settings import Settings

        settings, started = Settings(), time.perf_counter()
        _refuse_missing(data)
        with _only_demo(settings.home):
            home = _fresh_home(settings.home)
            company, models = _company(home, data, customers=customers), (only,) if only else get_args(Name)
            built = _build(home, company, models, signing_key=settings.signing_key)
            say(f"all phases: {time.perf_counter() - started:.1f} s; everything stands in {built.home.root}")
            if no_serve:
                _show(built, ask_in_process(built.questions, _service(built.home)), "http://127.0.0.1:8000")
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
    return Demo(home, _riskiest(home, company), _key(home, "demo", "read", "decide").secret, company.currency)


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


def _service(home: Home) -> ServiceSettings:
    from serving.settings import ServiceSettings

    # The history of a demo ends in the past: an age that would alarm an operator is right here.
    return ServiceSettings(Home(home.root.absolute()), drain_seconds=0.0)


def _serve(built: Demo, port: int) -> None:
    from serving import server

    listener = _listen(port)
    asking = threading.Thread(target=_ask_and_show, args=(built, server.address(listener)), daemon=True)
    asking.start()
    server.serve(lambda: _service(built.home), listener, workers=1)
    say("ended; nothing is left running")


def _listen(port: int) -> socket.socket:
    from serving import server

    try:
        return server.listen(_HOST, port)
    except server.PortInUse:
        say(f"port {port} is taken by another program: taking a free one instead")
        return server.listen(_HOST, 0)


def _ask_and_show(built: Demo, url: str) -> None:
    try:
        _show(built, ask_over_http(built.questions, url, patience_seconds=_PATIENCE_SECONDS), url)
        say("serving until Ctrl-C")
    except LifecycleError as error:
        say(f"lifecycle: {error}; Ctrl-C ends")


def _show(built: Demo, answers: Sequence[dict[str, Any]], url: str) -> None:
    card, decision = answers
    command = f"LIFECYCLE_HOME={built.home.root} {_program('lifecycle')}"
    typer.echo(
        f"""
{built.questions[0].curl(url)}
{json.dumps(card, indent=2)}

What to offer them now? This is the answer in short; asked again by then, it is the same.
{built.questions[1].curl(url)}
{decision_text(decision, currency=built.currency)}

URL       {url}
demo key  {built.key}

Try next, in another terminal
{accepting_text(decision, built.key, url)}  what is live, and since when:
    {command} models
  a prediction for every customer:
    {command} score --out {built.home.root / "scores.csv"}
  a key for your own program:
    {command} keys create --name crm --scope read --scope decide
  whom the offers miss, and what decides who gets which:
    {command} policy find
  is this installation sound:
    {command} doctor
  how the model was graded, with pictures (Ctrl-C ends it):
    {_program("mlflow")} ui --backend-store-uri sqlite:///{built.home.mlflow.absolute()}/mlflow.db"""
    )


def _program(name: str) -> str:
    """Return how to call a program of this environment from here: by its name if that finds it, else by its path."""
    beside = Path(sys.executable).parent / name
    if (found := shutil.which(name)) and Path(found).resolve() == beside.resolve():
        return name
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


def _now() -> int:
    return time.time_ns() // 1000
