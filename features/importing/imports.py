"""How does history come in by a mapping: which files it means, what they give, and what the log makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.home import Home
from features.importing.mapping import ImportMapping
from features.importing.selection import FILE_KINDS, ImportFailed, select_rows
from features.log.intake import IntakeReport, Receipt, append
from features.times import Timestamp

TOLERATED_SHARE = 0.01


@dataclass(frozen=True)
class ImportReport:
    """What an import read, left out and brought: rows by table, by reason and by source, and what the log made of them."""

    mapping: ImportMapping
    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    selected: Mapping[str, int]
    intake: IntakeReport


def import_files(home: Home, mapping: ImportMapping, *, place: Path, receipt: Receipt) -> ImportReport:
    """Run a mapping over a file, or over the files of a folder, and add the rows to the log.

    Raises
    ------
    ImportFailed
        If files or their columns are missing; every fault is listed.
    ContractBroken
        If what the SELECTs give breaks its contract, or more of it than the receipt tolerates.
    """
    found = select_rows(mapping, find_files(mapping, place))
    selected = {source: table.num_rows for source, table in found.tables.items()}
    return ImportReport(mapping, found.raw, found.left_out, selected, append(home, found.tables, receipt=receipt))


def receipt_for(mapping: ImportMapping, *, received_at: Timestamp, tolerated_share: float = TOLERATED_SHARE) -> Receipt:
    """Return the receipt of an import: one export, complete up to one moment for all its sources."""
    told = mapping.observed_until
    observed_until = None if told is None else dict.fromkeys(mapping.select, told)
    return Receipt(received_at, mapping.known_at, observed_until, tolerated_share=tolerated_share, one_export=True)


def find_files(mapping: ImportMapping, place: Path) -> dict[str, list[Path]]:
    """Return the files of each table; a single file stands for the mapping's only table.

    Raises
    ------
    ImportFailed
        If a table has no file, a file is of no known kind, or a name leads out of the folder.
    """
    if not place.exists():
        raise ImportFailed([f"{place}: no such file or folder"])
    if place.is_file() and len(mapping.files) > 1:
        raise ImportFailed(
            [f"{place} is one file; the mapping reads {', '.join(mapping.files)}: give the folder that holds them"]
        )
    found, faults = {}, []
    for table, pattern in mapping.files.items():
        paths = [place] if place.is_file() else _matching(place, pattern)
        faults += _faults_of_paths(table, pattern, paths=paths)
        found[table] = [path.resolve() for path in paths]
    if faults:
        raise ImportFailed(faults)
    return found


def _matching(folder: Path, pattern: str) -> list[Path]:
    parts = Path(pattern).parts
    if not parts or Path(pattern).is_absolute() or ".." in parts:
        return []
    return sorted(path for path in folder.glob(pattern) if path.resolve().is_relative_to(folder.resolve()))


def _faults_of_paths(table: str, pattern: str, *, paths: Sequence[Path]) -> list[str]:
    if not paths:
        return [f"files.{table}: nothing in the folder matches {pattern!r}"]
    kinds = {path.suffix.lower() for path in paths}
    if len(kinds) > 1 or not kinds <= set(FILE_KINDS):
        return [
            f"files.{table}: needs {' or '.join(FILE_KINDS)} files of one kind, found {', '.join(path.name for path in paths)}"
        ]
    return [f"files.{table}: {path.name} is empty" for path in paths if not path.stat().st_size]
