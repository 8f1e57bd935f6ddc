"""Which files does a mapping read, and what do its SELECTs give over them: run by DuckDB, which can open nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from features.importing.mapping import DatabaseTables, ImportMapping
from features.importing.selection import Finding, ImportFailed, SelectFailed, Selection, for_each, whole_numbers

FILE_KINDS = (".csv", ".parquet")

_EXTENSION_LOADING = ("autoinstall_known_extensions", "autoload_known_extensions")
_ATTACHED = "attached_file"
_LINES_TOLD = 3  # of a fault in a CSV file: the place, the line there, and what is wrong with it
_SEPARATORS = ",;\t|"


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


def select_from_files(mapping: ImportMapping, files: Mapping[str, Sequence[Path]]) -> Selection:
    """Run a mapping's views and SELECTs over the files of each table, all of one kind a table.

    Raises
    ------
    ImportFailed
        If a file cannot be read, a column the SQL names is missing, or a SELECT fails on a value; every fault is listed.
    """
    with duckdb.connect(":memory:", config=dict.fromkeys(_EXTENSION_LOADING, False)) as database:
        _shut_in(database, [path for paths in files.values() for path in paths])
        for_each(files, part="files", act=lambda table: _view_of_files(database, table, files[table]))
        return _selected(database, mapping)


def select_from_duckdb(mapping: ImportMapping, tables: DatabaseTables, *, path: Path) -> Selection:
    """Run a mapping's views and SELECTs over tables of a DuckDB file, opened to be read only.

    Raises
    ------
    ImportFailed
        If the file is none of DuckDB's, a table or a column is missing, or a SELECT fails on a value; every fault is listed.
    """
    with duckdb.connect(":memory:", config=dict.fromkeys(_EXTENSION_LOADING, False)) as database:
        _attach(database, path)
        _shut_in(database, [])
        for_each(tables.tables, part="database.tables", act=lambda table: _view_of_table(database, table))
        return _selected(database, mapping)


@contextmanager
def _duckdb_faults() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise SelectFailed(" ".join(str(error).splitlines()[:_LINES_TOLD])) from error


def _attach(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        database.execute(f"ATTACH {_literal(path)} AS {_ATTACHED} (READ_ONLY)")
    except duckdb.Error as error:
        raise ImportFailed([f"--from: needs a file of DuckDB: {error}"]) from error


def _shut_in(database: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"SET allowed_paths = [{', '.join(_literal(path) for path in paths)}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _view_of_files(database: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path]) -> None:
    names: Any = [str(path) for path in paths]  # the stub of read_csv knows one file; it reads several
    with _duckdb_faults():
        if paths[0].suffix.lower() == ".parquet":
            database.read_parquet(names, union_by_name=True).create_view(table)
        else:  # a guessed type would make the id 007 a 7
            lines = database.read_csv(names, all_varchar=True, header=True)
            _refuse_one_column_of_many(lines.columns)
            lines.create_view(table)


def _refuse_one_column_of_many(columns: Sequence[str]) -> None:
    """Refuse what DuckDB makes of a CSV file whose first lines do not agree in number: one column, named by the whole header."""
    if len(columns) == 1 and any(separator in columns[0] for separator in _SEPARATORS):
        raise SelectFailed(f"needs as many values in each line as the header has names, found fewer or more under {columns[0]!r}")


def _view_of_table(database: duckdb.DuckDBPyConnection, table: str) -> None:
    schema, _, name = table.rpartition(".")
    with _duckdb_faults():
        if schema:
            database.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        own = f'"{schema or "main"}"."{name}"'
        database.execute(f"CREATE VIEW {own} AS FROM {_ATTACHED}.{own}")


def _selected(database: duckdb.DuckDBPyConnection, mapping: ImportMapping) -> Selection:
    try:
        for_each(mapping.views, part="views", act=lambda name: _create_view(database, name, mapping.views[name]))
        tables = for_each(mapping.select, part="select", act=lambda name: _rows(database, mapping.select[name]))
        counted = partial(_numbers, database)
        left_out = for_each(mapping.left_out, part="left_out", act=lambda name: counted(mapping.left_out[name], count=1)[0])
        found = for_each(mapping.findings, part="findings", act=lambda name: counted(mapping.findings[name].count, count=2))
    except ImportFailed as failed:
        raise ImportFailed(_missing_columns(database, mapping) or failed.faults) from failed
    raw = {table: database.table(table).aggregate("count(*)").fetchall()[0][0] for table in mapping.tables}
    findings = [Finding(name, mapping.findings[name].text, *numbers) for name, numbers in found.items()]
    return Selection(raw, left_out, tuple(findings), tables)


def _create_view(database: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    with _duckdb_faults():
        database.sql(sql).create_view(name)


def _rows(database: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    with _duckdb_faults():
        return database.sql(sql).to_arrow_table()


def _numbers(database: duckdb.DuckDBPyConnection, sql: str, *, count: int) -> list[int]:
    with _duckdb_faults():
        return whole_numbers(database.sql(sql).fetchall(), count=count)


def _missing_columns(database: duckdb.DuckDBPyConnection, mapping: ImportMapping) -> list[str]:
    """Columns that the SQL names and neither the data nor the SQL itself provide; DuckDB would name only the first."""
    there = {table: database.table(table).columns for table in mapping.tables}
    statements = [*mapping.views.values(), *mapping.select.values(), *mapping.left_out.values()]
    trees = [
        sqlglot.parse_one(sql, read="duckdb") for sql in (*statements, *(found.count for found in mapping.findings.values()))
    ]
    made = {alias.lower() for tree in trees for alias in _made_names(tree)}
    known = made | {column.lower() for columns in there.values() for column in columns}
    used = dict.fromkeys(column.name for tree in trees for column in tree.find_all(exp.Column) if column.name)
    has = "; ".join(f"{table} has {', '.join(columns)}" for table, columns in there.items())
    return [f"nothing that is read has the column {name!r}: {has}" for name in used if name.lower() not in known]


def _made_names(tree: exp.Expr) -> Iterator[str]:
    for alias in tree.find_all(exp.Alias):
        if alias.alias.lower() not in {column.name.lower() for column in alias.find_all(exp.Column)}:
            yield alias.alias
    yield from (column.name for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or ())
