"""How does a data scientist train: the command, its report for a person, and where runs are recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

import typer

from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.repeat import do_again, refuse_changes
from lifecycle.training_tables import training_text

if TYPE_CHECKING:
    from features.company import Company
    from features.home import Home
    from features.times import Timestamp
    from lifecycle.settings import Settings
    from training.gates import GateResult
    from training.records.report import TrainingReport
    from training.tracking.recording import Tracking
    from training.train import TrainingRun

Name: TypeAlias = Literal["churn", "transition", "value", "purchase", "offer"]
"""The names in `training.questions.registry`, which is too slow to import here."""

_NAMES = ", ".join(get_args(Name))
Model = Annotated[Name, typer.Argument(metavar="MODEL", help=f"Which model: {_NAMES}.")]
Models = Annotated[
    Literal[Name, "all"], typer.Argument(metavar="MODEL", help=f"Which model: {_NAMES}; or all, one after the other.")
]
CompanyFile = Annotated[
    Path | None,
    typer.Option("--company", help="Train for this company file instead of the one in use; promotion takes it into use."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(train)


def train(
    model: Models,
    as_of: Annotated[str | None, typer.Option(help="Pretend that today is this date; labels are those known by then.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same log, seed and versions give the same model.")] = 0,
    tune: Annotated[
        int, typer.Option(min=0, help="Try so many ways to grow trees first, at moments before any that is graded.")
    ] = 0,
    again: Annotated[
        str | None,
        typer.Option("--repeat", metavar="RUN", help="Do this run again; exit code 1 if another model comes out."),
    ] = None,
    company_file: CompanyFile = None,
    no_mlflow: Annotated[bool, typer.Option("--no-mlflow", help="Record no run in MLflow.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train a model, graded at past moments beside named baselines, and keep it as a candidate for `promote`.

    With `all`, a model that finds too little to learn from abstains with its reason, and the others are trained. Tuning that was
    ended goes on where it stopped when the same command is given again.
    """
    from features.times import parse_time
    from lifecycle.settings import Settings
    from training.train import TrainingRun

    settings = Settings()
    if again is not None:
        refuse_changes(model, as_of, seed, tune, company_file)
        do_again(settings.home, model, again, as_json=as_json)
        return
    company = _company(company_file)
    run = TrainingRun(_now(), parse_time(as_of) if as_of else None, seed, None if no_mlflow else tracking_of(settings), tune)
    if model != "all":
        report, gates = _trained(settings.home, model, company, run=run)
        emit(_graded(report, gates), training_text(report, gates), as_json=as_json)
        return
    results, texts = _all_trained(settings.home, company, run=run)
    emit({"models": results}, "\n\n\n".join(texts), as_json=as_json)


def _trained(home: Home, model: str, company: Company, *, run: TrainingRun) -> tuple[TrainingReport, list[GateResult]]:
    from training.questions.registry import question_at
    from training.train import train

    with phase(f"train {model}"):
        trained = train(home, question_at(home, model, company, as_of=run.as_of), run=run, say=say)
    return trained.report, _judged(home, trained.report, company)


def _all_trained(home: Home, company: Company, *, run: TrainingRun) -> tuple[dict[str, Any], list[str]]:
    """Train every model; return what each came to, as JSON and as texts. Nobody's reason to abstain stops the others."""
    from training.abstention import Abstained, train_or_abstain
    from training.questions.registry import QUESTIONS

    results: dict[str, Any] = {}
    texts = []
    for model in QUESTIONS:
        with phase(f"train {model}"):
            trained = train_or_abstain(home, model, company, run=run, say=say)
        if isinstance(trained, Abstained):
            results[model] = {"abstained": trained.reason}
            texts.append(f"{model.capitalize()} abstains: {trained.reason}")
            continue
        gates = _judged(home, trained.report, company)
        results[model] = _graded(trained.report, gates)
        texts.append(training_text(trained.report, gates))
    return results, texts


def _judged(home: Home, report: TrainingReport, company: Company) -> list[GateResult]:
    from training.publishing.promote import judge
    from training.records.candidates import stored_candidate

    return judge(home, stored_candidate(home, report.model, run_id=report.run_id), company=company)


def _graded(report: TrainingReport, gates: list[GateResult]) -> dict[str, Any]:
    return {**_plain(report.to_json()), "gates": [asdict(gate) for gate in gates]}


def tracking_of(settings: Settings) -> Tracking:
    """Return where runs are recorded: at the tracking server that is set, else below the installation's folder."""
    from training.tracking.recording import Tracking

    return Tracking.of(settings.home, settings.mlflow_tracking_uri)


def _now() -> Timestamp:
    from features.times import to_timestamp

    return to_timestamp(dt.datetime.now(dt.UTC))


def _company(file: Path | None) -> Company:
    from features.company import read_company_file, store_company
    from lifecycle.settings import Settings
    from training.publishing.scene import company_in_use

    home = Settings().home
    if file is None:
        return company_in_use(home)
    company = read_company_file(file)
    store_company(home, company)
    return company


def _plain(text: bytes) -> dict[str, Any]:
    import json

    plain: dict[str, Any] = json.loads(text)
    return plain
