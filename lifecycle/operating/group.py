"""Which commands keep an installation safe: their one list."""

from __future__ import annotations

import typer

from lifecycle.operating.prune import prune
from lifecycle.operating.safekeeping import backup, restore
from lifecycle.operating.signing import rotate
from lifecycle.operating.verify import verify


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (backup, restore, verify, prune):
        app.command()(command)
    signing = typer.Typer(help="The key that signs what goes live.", no_args_is_help=True)
    signing.command("rotate")(rotate)
    app.add_typer(signing, name="signing")
