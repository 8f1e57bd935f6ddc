"""What does `lifecycle` do on the command line: it hands over to the group of the command, and turns refusals into exit codes."""

from __future__ import annotations

import json
import sys

import typer

from features.errors import LifecycleError
from lifecycle import company, demo, doctor, features_group, log, serve, simulate, train

EXIT_CODES = """Exit codes: 0 done; 1 fault; 2 bad input, nothing changed; 3 not allowed; 4 not found; 5 conflict or lock held;
6 refused by a gate; 7 not possible now; 8 a stored file is damaged."""

app = typer.Typer(
    name="lifecycle",
    help="Predictions for the whole life of a customer: who leaves, where they go next, what they are worth, what to offer.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (demo, simulate, log, company, features_group, train, serve, doctor):
    group.register(app)


def main() -> None:
    """Run the command line; a refusal prints its message on stderr (a JSON object with `--json`) and sets the exit code."""
    try:
        app()
    except LifecycleError as error:
        _complain(error)
        sys.exit(error.exit_code)


def _complain(error: LifecycleError) -> None:
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"problem": error.problem, "message": str(error), "exit_code": error.exit_code}) + "\n")
    else:
        sys.stderr.write(f"lifecycle: {error}\n")


if __name__ == "__main__":
    main()
