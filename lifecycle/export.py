"""What is told to a CRM: every customer's live predictions, as the files its bulk interface reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lifecycle.console import JsonFlag, emit, phase


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(export)


def export(
    mapping: Annotated[
        list[str], typer.Option(help="salesforce, hubspot, dynamics, odoo, espocrm, or a .toml file; may be repeated.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the parts to.")],
    as_json: JsonFlag = False,
) -> None:
    """Write what is live for every customer as files for a CRM's bulk interface, in parts of the size it takes."""
    from lifecycle.settings import Settings
    from models.bundle import Live, read_live
    from serving.crm.files import everybody
    from serving.crm.files import export as write
    from serving.crm.mapping import crm_mapping
    from serving.live.state import open_live_state

    home, wanted = Settings().home, [crm_mapping(name) for name in mapping]
    with phase("export"):
        state = open_live_state(home, read_live(home) or Live(), with_trial=False)
        done = {each.name: write(everybody(state), each, folder=out) for each in wanted}
    found = {name: {"files": [str(file) for file in made.files], "customers": made.customers} for name, made in done.items()}
    lines = [f"{made.customers:,} customers in {len(made.files)} file(s) for {name}, in {out}" for name, made in done.items()]
    emit({"mappings": found}, "\n".join(lines), as_json=as_json)
