"""What do a mapping's SELECTs give in a database: each runs there, in one transaction that may only read, and is streamed."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlglot import exp

from features.errors import Unavailable
from features.importing.mapping import DatabaseTables, ImportMapping
from features.importing.selection import Finding, ImportFailed, SelectFailed, Selection, for_each, whole_numbers

_ROWS_AT_ONCE = 50_000
_AS_A_STREAM = {"stream_results": True, "max_row_buffer": _ROWS_AT_ONCE, "no_parameters": True}  # a % is only a %
_PATIENCE_SECONDS = 10
_BEGIN = {"sqlite": ("PRAGMA query_only = ON", "BEGIN"), "postgresql": ("SET LOCAL TIME ZONE 'UTC'",)}
_EXAMPLES = "sqlite:///crm.db or postgresql+psycopg://reader@host/name"


class DatabaseUnreachable(Unavailable):
    """The database to import from cannot be reached, or its driver is not installed."""


def is_url(place: str) -> bool:
    """Say whether a place is the URL of a database and no path.

    >>> is_url("sqlite:///crm.db"), is_url("/srv/export")
    (True, False)
    """
    return "://" in place


def safe_url(url: str) -> str:
    """Return a URL to be shown and kept: without its password and without its options, which may hold one.

    >>> safe_url("postgresql+psycopg://reader:secret@db/crm?password=secret")
    'postgresql+psycopg://reader:***@db/crm'
    """
    return _understood(url).set(query={}).render_as_string(hide_password=True)


def select_from_database(mapping: ImportMapping, tables: DatabaseTables, *, place: str) -> Selection:
    """Run a mapping's SELECTs inside a database, all on one state of it; `place` is its URL, or the path of an SQLite file.

    Raises
    ------
    ImportFailed
        If the URL names another kind of database, or a SELECT fails; every fault is listed.
    DatabaseUnreachable
        If the database cannot be reached, or its driver is not installed.
    """
    engine = _engine(tables, place)
    try:
        with _reading(engine) as connection:
            return _selected(connection, mapping)
    finally:
        engine.dispose()


def _understood(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # `from None`: the cause repeats the URL, and the URL may hold a password.
        raise ImportFailed(
            [f"--from: needs a file there is, or a URL like {_EXAMPLES}; found neither (not repeated: it may hold a password)"]
        ) from None


def _engine(tables: DatabaseTables, place: str) -> Engine:
    is_path = tables.kind == "sqlite" and Path(place).is_file()
    found = URL.create("sqlite", database=place) if is_path else _understood(place)
    if found.get_backend_name() != tables.kind:
        raise ImportFailed([f"database.kind: the mapping is written for {tables.kind}, --from names {safe_url(place)}"])
    return _sqlite_engine(found) if tables.kind == "sqlite" else _postgres_engine(found)


def _sqlite_engine(url: URL) -> Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise ImportFailed([f"--from: no SQLite file at {path}"])
    open_to_read = partial(sqlite3.connect, f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    return create_engine("sqlite://", creator=open_to_read)


def _postgres_engine(url: URL) -> Engine:
    if importlib.util.find_spec("psycopg") is None:
        raise DatabaseUnreachable(
            "needed the driver of PostgreSQL, which is not installed; run: pip install 'lifecycle[postgres]'"
        )
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        connect_args={"connect_timeout": _PATIENCE_SECONDS, "application_name": "lifecycle import"},
    )


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one transaction that sees one state of the database and may only read."""
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise DatabaseUnreachable(f"needed to read {safe_url(str(engine.url))}, found: {_said(error)}") from None
    with connection:
        for statement in _BEGIN[engine.dialect.name]:
            connection.exec_driver_sql(statement)
        yield connection


def _selected(connection: Connection, mapping: ImportMapping) -> Selection:
    written, counted = partial(_written, mapping), partial(_numbers, connection)
    read = {table: exp.select("count(*)").from_(table).sql(mapping.dialect) for table in mapping.tables}
    tables = for_each(mapping.select, part="select", act=lambda name: _rows(connection, written(mapping.select[name])))
    left_out = for_each(mapping.left_out, part="left_out", act=lambda name: counted(written(mapping.left_out[name]), count=1)[0])
    found = for_each(mapping.findings, part="findings", act=lambda name: counted(written(mapping.findings[name].count), count=2))
    raw = for_each(read, part="database.tables", act=lambda table: counted(read[table], count=1)[0])
    findings = tuple(Finding(name, mapping.findings[name].text, *numbers) for name, numbers in found.items())
    return Selection(raw, left_out, findings, tables)


def _written(mapping: ImportMapping, sql: str) -> str:
    """Return the SELECT with the mapping's views before it, written anew from what was checked: comments run nowhere."""
    written = exp.subquery(sql, "selected", dialect=mapping.dialect).select("*")
    for name, view in mapping.views.items():
        written = written.with_(name, as_=view, dialect=mapping.dialect)
    return written.sql(mapping.dialect, comments=False)


def _rows(connection: Connection, sql: str) -> pa.Table:
    with _faults(connection):
        found = connection.exec_driver_sql(sql, execution_options=_AS_A_STREAM)
        names = list(found.keys())
        batches = [_batch(rows, names) for rows in found.partitions(_ROWS_AT_ONCE)]
        return pa.concat_tables(batches or [_batch([], names)], promote_options="permissive")


def _batch(rows: Any, names: list[str]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.Table.from_arrays([_column(name, values) for name, values in zip(names, columns, strict=True)], names=names)


def _column(name: str, values: Any) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError) as error:
        raise SelectFailed(f"{name}: needs values of one type, CAST it in the SELECT; {str(error)[:200]}") from error


def _numbers(connection: Connection, sql: str, *, count: int) -> list[int]:
    with _faults(connection):
        return whole_numbers(connection.exec_driver_sql(sql, execution_options=_AS_A_STREAM).fetchall(), count=count)


@contextmanager
def _faults(connection: Connection) -> Iterator[None]:
    """Let one SELECT fail alone: what the database said is kept, and the transaction goes on."""
    try:
        with connection.begin_nested():
            yield
    except SQLAlchemyError as error:
        raise SelectFailed(_said(error)) from None
    except pa.ArrowException as error:
        raise SelectFailed(f"needs columns of one type each, CAST them in the SELECT; {str(error)[:200]}") from error


def _said(error: SQLAlchemyError) -> str:
    """Return the first line of what the driver said; the rest repeats the statement."""
    told = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    return told.splitlines()[0] if told else type(error).__name__
