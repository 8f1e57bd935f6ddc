"""How is a mapping run over files: by DuckDB, which may read the files named and nothing else, and then into the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from features.errors import InvalidInput
from features.home import Home
from features.log.intake import IntakeReport, Receipt, append
from features.log.mapping import ImportMapping
from features.times import Timestamp

TOLERATED_SHARE = 0.01
_READERS = {
    ".parquet": "read_parquet({files}, union_by_name = true)",
    ".csv": "read_csv({files}, all_varchar = true, header = true)",  # a guessed type would make the id 007 a 7
}


class ImportFailed(InvalidInput):
    """The files are not there, or are not what the mapping expects; nothing was imported."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"the files do not fit the mapping; nothing was imported\n{listed}")


@dataclass(frozen=True)
class ImportReport:
    """What an import read, left out and brought: rows by table, by reason and by source, and what the log made of them."""

    mapping: ImportMapping
    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    selected: Mapping[str, int]
    intake: IntakeReport


@dataclass(frozen=True)
class _Found:
    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    tables: Mapping[str, pa.Table]


def import_files(
    home: Home, mapping: ImportMapping, *, place: Path, receipt: Receipt, say: Callable[[str], None] = lambda _: None
) -> ImportReport:
    """Run a mapping over a file, or over the files of a folder, and add the rows to the log.

    Raises
    ------
    ImportFailed
        If files or their columns are missing; every fault is listed.
    ContractBroken
        If what the SELECTs give breaks its contract, or more of it than the receipt tolerates.
    """
    files = find_files(mapping, place)
    say(f"reading {', '.join(path.name for paths in files.values() for path in paths)}")
    found = _run(mapping, files)
    selected = {source: table.num_rows for source, table in found.tables.items()}
    say("adding " + ", ".join(f"{rows:,} {source}" for source, rows in selected.items()))
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
        faults += _faults_of_paths(table, pattern, paths)
        found[table] = [path.resolve() for path in paths]
    if faults:
        raise ImportFailed(faults)
    return found


def _matching(folder: Path, pattern: str) -> list[Path]:
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return []
    return sorted(path for path in folder.glob(pattern) if path.resolve().is_relative_to(folder.resolve()))


def _faults_of_paths(table: str, pattern: str, paths: Sequence[Path]) -> list[str]:
    if not paths:
        return [f"files.{table}: nothing in the folder matches {pattern!r}"]
    kinds = {path.suffix.lower() for path in paths}
    if len(kinds) > 1 or not kinds <= set(_READERS):
        return [f"files.{table}: needs {' or '.join(_READERS)} files of one kind, found {', '.join(path.name for path in paths)}"]
    return []


def _run(mapping: ImportMapping, files: Mapping[str, list[Path]]) -> _Found:
    with _confined_to([path for paths in files.values() for path in paths]) as database:
        _define(database, {table: _reader_of(paths) for table, paths in files.items()}, part="files")
        try:
            _define(database, mapping.views, part="views")
            queries = {**{f"select.{name}": sql for name, sql in mapping.select.items()}, **_counts(mapping)}
            answers = _answers(database, queries)
        except ImportFailed as failed:
            raise ImportFailed(_missing_columns(database, mapping) or failed.faults) from failed
    return _Found(
        raw={table: answers[f"raw.{table}"][0][0].as_py() for table in files},
        left_out={reason: answers[f"left_out.{reason}"][0][0].as_py() for reason in mapping.left_out},
        tables={source: answers[f"select.{source}"] for source in mapping.select},
    )


def _counts(mapping: ImportMapping) -> dict[str, str]:
    raw = {f"raw.{table}": f'SELECT count(*) FROM "{table}"' for table in mapping.files}  # noqa: S608 names are checked by the mapping
    return raw | {f"left_out.{reason}": sql for reason, sql in mapping.left_out.items()}


@contextmanager
def _confined_to(paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that may read these files and nothing else: no other path, no network, no extension."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(":memory:", config=config) as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"SET allowed_paths = {_literals(paths)}")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        yield database


def _reader_of(paths: Sequence[Path]) -> str:
    reader = _READERS[paths[0].suffix.lower()].format(files=_literals(paths))
    return f"SELECT * FROM {reader}"  # noqa: S608 the paths are quoted


def _literals(paths: Sequence[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"


def _define(database: duckdb.DuckDBPyConnection, views: Mapping[str, str], *, part: str) -> None:
    faults = []
    for name, sql in views.items():
        try:
            database.execute(f'CREATE VIEW "{name}" AS {sql}')
        except duckdb.Error as error:
            faults.append(f"{part}.{name}: {_first_line(error)}")
    if faults:
        raise ImportFailed(faults)


def _answers(database: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> dict[str, pa.Table]:
    answers, faults = {}, []
    for name, sql in queries.items():
        try:
            answers[name] = database.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            faults.append(f"{name}: {_first_line(error)}")
    if faults:
        raise ImportFailed(faults)
    return answers


def _missing_columns(database: duckdb.DuckDBPyConnection, mapping: ImportMapping) -> list[str]:
    """Columns that the SQL names and neither a file nor the SQL itself provides; DuckDB would name only the first."""
    there = {table: database.table(table).columns for table in mapping.files}
    trees = [sqlglot.parse_one(sql, read="duckdb") for sql in (*mapping.views.values(), *mapping.select.values())]
    made = {alias.lower() for tree in trees for alias in _made_names(tree)}
    known = made | {column.lower() for columns in there.values() for column in columns}
    used = dict.fromkeys(column.name for tree in trees for column in tree.find_all(exp.Column) if column.name)
    has = "; ".join(f"{table} has {', '.join(columns)}" for table, columns in there.items())
    return [f"no file has the column {name!r}: {has}" for name in used if name.lower() not in known]


def _made_names(tree: exp.Expr) -> Iterator[str]:
    yield from (alias.alias for alias in tree.find_all(exp.Alias))
    yield from (column.name for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or ())


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
