"""What does `lifecycle` do on the command line: it hands over to the group of the command, and turns refusals into exit codes."""

from __future__ import annotations

import gc
import json
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from features.errors import LifecycleError, Unavailable
from lifecycle import (
    backtest,
    company,
    demo,
    doctor,
    erase,
    export,
    features_group,
    imports,
    log,
    mcp,
    monitor,
    operating,
    outlook,
    policy,
    publish,
    report,
    retrain,
    serve,
    simulate,
    stages,
    train,
    users,
    value,
)

EXIT_CODES = """Exit codes: 0 done; 1 fault; 2 bad input, nothing changed; 3 not allowed; 4 not found; 5 conflict or lock held;
6 refused by a gate; 7 not possible now; 8 a stored file is damaged; 9 done, and somebody must look; 130 ended by Ctrl-C."""

_ENDED_BY_CTRL_C = 130

_MADE_BETWEEN_LOOKS = 50_000  # what Python makes before it looks for cycles; by itself it looks after 700


class SystemRefused(Unavailable):
    """The operating system refused a file, a folder or an address."""


app = typer.Typer(
    name="lifecycle",
    help="Predictions for the whole life of a customer: who leaves, where they go next, what they are worth, what to offer.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (
    demo,
    simulate,
    imports,
    log,
    company,
    features_group,
    stages,
    train,
    publish,
    retrain,
    backtest,
    value,
    outlook,
    policy,
    monitor,
    report,
    serve,
    users,
    erase,
    operating,
    export,
    mcp,
    doctor,
):
    group.register(app)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(version("lifecycle"))
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Predictions for the whole life of a customer: who leaves, where they go next, what they are worth, what to offer."""


def main() -> None:
    """Run the command line; a refusal prints its message on stderr (a JSON object with `--json`) and sets the exit code."""
    _look_seldom_for_cycles()
    try:
        app()
    except LifecycleError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except OSError as error:
        _complain(_refused_by_the_system(error))
        sys.exit(SystemRefused.exit_code)
    except SystemExit as end:
        if end.code == _ENDED_BY_CTRL_C:
            sys.stderr.write("lifecycle: ended by Ctrl-C; what is stored is whole, run the command again to finish\n")
        raise


def _look_seldom_for_cycles() -> None:
    """Spare a command the search for cycles in what its libraries bring: half a million objects that live to its end.

    With MLflow it took a second and more while they were read in. The search at the end stays: without it DuckDB's binding
    complains of leaks.
    """
    gc.set_threshold(_MADE_BETWEEN_LOOKS)


def _refused_by_the_system(error: OSError) -> SystemRefused:
    place = f" {error.filename}" if error.filename else ""
    return SystemRefused(
        f"needed the use of a file or folder, found{place}: {error.strerror or _without_a_cause(error)}; "
        "check that it is there, may be written, has room, and that LIFECYCLE_HOME names a folder"
    )


def _without_a_cause(error: OSError) -> str:
    """Say what NumPy leaves out: it names neither file nor cause where less could be written than was asked."""
    return f"a write that stopped short ({error}), as on a full disk" if "requested and" in str(error) else str(error)


def _complain(error: LifecycleError) -> None:
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"problem": error.problem, "message": str(error), "exit_code": error.exit_code}) + "\n")
    else:
        sys.stderr.write(f"lifecycle: {error}\n")


if __name__ == "__main__":
    main()
