"""What do a mapping's SELECTs give: run by DuckDB, which may read the files named, and no other path, network or extension."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from features.errors import InvalidInput
from features.importing.mapping import ImportMapping

FILE_KINDS = (".csv", ".parquet")

_EXTENSION_LOADING = ("autoinstall_known_extensions", "autoload_known_extensions")

Result = TypeVar("Result")


class ImportFailed(InvalidInput):
    """The files are not there, or are not what the mapping expects; nothing was imported."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"the files do not fit the mapping; nothing was imported\n{listed}")


@dataclass(frozen=True)
class Selection:
    """Rows of each table read (`raw`), raw rows left out by reason, and the rows each source's SELECT gave."""

    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    tables: Mapping[str, pa.Table]


def select_rows(mapping: ImportMapping, files: Mapping[str, Sequence[Path]]) -> Selection:
    """Run a mapping's views and SELECTs over the files of each table, all of one kind a table.

    Raises
    ------
    ImportFailed
        If a file cannot be read, a column the SQL names is missing, or a SELECT fails on a value; every fault is listed.
    """
    with _confined_to([path for paths in files.values() for path in paths]) as database:
        _each(files, part="files", act=lambda table: _reader(database, files[table]).create_view(table))
        try:
            _each(mapping.views, part="views", act=lambda name: database.sql(mapping.views[name]).create_view(name))
            tables = _each(mapping.select, part="select", act=lambda name: database.sql(mapping.select[name]).to_arrow_table())
            left_out = _each(mapping.left_out, part="left_out", act=lambda reason: _count(database, mapping.left_out[reason]))
        except ImportFailed as failed:
            raise ImportFailed(_missing_columns(database, mapping) or failed.faults) from failed
        raw = {table: database.table(table).aggregate("count(*)").fetchall()[0][0] for table in files}
    return Selection(raw, left_out, tables)


@contextmanager
def _confined_to(paths: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=dict.fromkeys(_EXTENSION_LOADING, False)) as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"SET allowed_paths = [{', '.join(_literal(path) for path in paths)}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        yield database


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _reader(database: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    names: Any = [str(path) for path in paths]  # the stub of read_csv knows one file; it reads several
    if paths[0].suffix.lower() == ".parquet":
        return database.read_parquet(names, union_by_name=True)
    return database.read_csv(names, all_varchar=True, header=True)  # a guessed type would make the id 007 a 7


def _each(names: Iterable[str], *, part: str, act: Callable[[str], Result]) -> dict[str, Result]:
    """Act on every name, then complain of all that failed at once."""
    results, faults = {}, []
    for name in names:
        try:
            results[name] = act(name)
        except duckdb.Error as error:
            faults.append(f"{part}.{name}: {' '.join(str(error).splitlines()[:2])}")
    if faults:
        raise ImportFailed(faults)
    return results


def _count(database: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = database.sql(sql).fetchall()
    if len(found) != 1 or len(found[0]) != 1 or not isinstance(found[0][0], int):
        raise duckdb.InvalidInputException(f"needs a SELECT that gives one number, found {len(found)} rows")
    return found[0][0]


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
    for alias in tree.find_all(exp.Alias):
        if alias.alias.lower() not in {column.name.lower() for column in alias.find_all(exp.Column)}:
            yield alias.alias
    yield from (column.name for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or ())
