"""How is a table handed to others: as CSV or Parquet, by the name of the file, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from features.errors import InvalidInput
from features.write_once import replace_file

_WRITERS = {".csv": "CSV", ".parquet": "Parquet"}


class UnknownFormat(InvalidInput):
    """A file to write a table to whose name does not say in which format."""


def check_format(out: Path) -> None:
    """Let a name pass that says in which format, before the table is made.

    Raises
    ------
    UnknownFormat
        If it ends neither in `.csv` nor in `.parquet`.
    """
    if out.suffix not in _WRITERS:
        raise UnknownFormat(f"needed a file name ending in {' or '.join(_WRITERS)}, found {out.name}")


def write_table(table: pd.DataFrame, out: Path) -> int:
    """Write the rows without their index and return how many there are."""
    check_format(out)
    content = io.BytesIO()
    table.to_csv(content, index=False) if out.suffix == ".csv" else table.to_parquet(content, index=False)
    replace_file(out, content.getvalue())
    return len(table)
