"""How is a stored run done again on the command line: as it was, or not at all."""

from __future__ import annotations

from dataclasses import asdict

import typer

from features.errors import InvalidInput
from features.home import Home
from lifecycle.console import emit, phase, say
from lifecycle.training_tables import repetition_text


class AnotherRun(InvalidInput):
    """A run is to be repeated, and changed at the same time."""


def do_again(home: Home, model: str, run_id: str, *, as_json: bool) -> None:
    """Do a run again and say what came out; exit code 1 if it is another model."""
    from training.repeat import repeat

    with phase(f"repeat {model}"):
        done = repeat(home, model, run_id=run_id, say=say)
    emit({**asdict(done), "same": done.is_same}, repetition_text(done), as_json=as_json)
    if not done.is_same:
        raise typer.Exit(1)


def refuse_changes(model: str, *changes: object) -> None:
    """Let a repetition pass only if nothing else is asked of it.

    Raises
    ------
    AnotherRun
        If another date, company file, seed or number of trials is given, or all models are named.
    """
    if model == "all" or any(changes):
        raise AnotherRun(
            "needed one model and --repeat alone, found more: a run is repeated with its own date, company file, seed and trials"
        )
