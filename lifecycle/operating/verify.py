"""Is everything that is stored what was written: each kind of thing checked against its hashes, seals and signatures."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from features.errors import Damaged
from lifecycle.console import JsonFlag, emit, phase

if TYPE_CHECKING:
    from lifecycle.operating.checks import Checked


def verify(as_json: JsonFlag = False) -> None:
    """Check what is stored, from the audit to the pointer and the ledger, against its hashes; exit code 8 if any is not whole."""
    from lifecycle.operating.checks import check_everything
    from lifecycle.settings import Settings

    with phase("verify"):
        checked = check_everything(Settings())
    whole = not any(part.faults for part in checked)
    emit({"whole": whole, "checked": [asdict(part) for part in checked]}, _table(checked), as_json=as_json)
    if not whole:
        raise typer.Exit(Damaged.exit_code)


def _table(checked: list[Checked]) -> str:
    width = max(len(part.part) for part in checked)
    lines = []
    for part in checked:
        lines.append(f"{'fault' if part.faults else 'whole':5}  {part.part:{width}}  {part.count:,} {part.what}")
        lines += [f"       {fault}" for fault in part.faults]
    return "\n".join(lines)
