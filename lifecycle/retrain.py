"""How is an installation retrained, by hand or by a timer: one command, safe to be started twice, killed, and run again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from lifecycle.ahead import predicting_ahead
from lifecycle.console import SOMEBODY_MUST_LOOK, JsonFlag, emit, phase, say
from lifecycle.retrain_tables import retrain_text
from lifecycle.train import Name, tracking_of

if TYPE_CHECKING:
    from features.reports.retrain import RetrainReport

_FAULT = 1
_NAMES = ", ".join(get_args(Name))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(retrain)


def retrain(
    models: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="MODEL", help=f"Only this model: {_NAMES}; may be repeated. All, if none is named."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same log, seed and versions give the same models.")] = 0,
    no_mlflow: Annotated[bool, typer.Option("--no-mlflow", help="Record no run in MLflow.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train all models on what the log holds now, promote those whose gates pass, and predict for everybody.

    Made for a timer: a second one at once ends with exit code 5, one with nothing new does nothing, and after a kill at any point
    the next one finishes the work. A model that is refused or abstains leaves the live one. Exit code 9: a model is held for
    review, or something failed; 1: a fault of this program. The whole report is reports/retrain.json.
    """
    from lifecycle.settings import Settings
    from training.questions.registry import QUESTIONS
    from training.retraining.cycle import Cycle, retrain

    settings = Settings()
    asked = _asked(models or []) or QUESTIONS
    tracking = None if no_mlflow else tracking_of(settings)
    cycle = Cycle(settings.signing_key, _now, asked, seed, tracking, predicting_ahead(settings))
    with phase("retrain"):
        done = retrain(settings.home, cycle, say=say)
    emit(_as_json(done.report, done.nothing_new), retrain_text(done.report, nothing_new=done.nothing_new), as_json=as_json)
    if code := _exit_code(done.report):
        raise typer.Exit(code)


def _asked(models: list[str]) -> tuple[str, ...]:
    known = get_args(Name)
    if unknown := [name for name in models if name not in known]:
        raise typer.BadParameter(f"needed one of {_NAMES}; found {', '.join(unknown)}", param_hint="--model")
    return tuple(name for name in known if name in models)


def _as_json(report: RetrainReport, nothing_new: bool) -> dict[str, Any]:
    import msgspec

    return {"nothing_new": nothing_new, "needs_a_look": report.needs_a_look, **msgspec.to_builtins(report)}


def _exit_code(report: RetrainReport) -> int:
    if report.has_faults:
        return _FAULT
    return SOMEBODY_MUST_LOOK if report.needs_a_look else 0


def _now() -> int:
    return time.time_ns() // 1000
