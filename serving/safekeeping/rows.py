"""What the operational database holds, as files: a gzipped JSON line a row, the same from SQLite and from PostgreSQL.

Rows come in the order of their primary key, texts compared by their bytes, so that equal tables have equal digests. Beside them
stand the counters: a number that was given once is never given again, also after a restore. Who had signed in is not copied:
a session that was ended since must not come back with a backup.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, Text, collate, func, insert, select, text

from serving.database.failures import plain_failures
from serving.database.tables import metadata, sessions

COPIED = tuple(table for table in metadata.sorted_tables if table is not sessions)
"""Every table but one, those before that others refer to."""

_ENDING = ".jsonl.gz"
_PORTION = 1_000
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class TableCopy:
    """How much of a table was copied: its rows, the SHA-256 over them, and the number given last, if it counts."""

    rows: int
    sha256: str
    counter: int | None = None


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one moment of the whole database, however long it reads; writers go on."""
    with plain_failures(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def dump(connection: Connection, folder: Path) -> dict[str, TableCopy]:
    """Write every table that is copied to a file in `folder`, and return how much of each."""
    return {str(table.name): _dump_table(connection, table, folder / f"{table.name}{_ENDING}") for table in COPIED}


def count(connection: Connection) -> dict[str, TableCopy]:
    """Return how much of each copied table there is, read anew."""
    return {str(table.name): _copied(connection, table, _lines(connection, table)) for table in COPIED}


def load(connection: Connection, folder: Path, copies: Mapping[str, TableCopy]) -> None:
    """Write the rows of every file into its table, which must be empty, and set the counters."""
    for table in COPIED:
        for portion in _portions(folder / f"{table.name}{_ENDING}", table):
            connection.execute(insert(table), portion)
        if (number := copies[table.name].counter) is not None:
            _set_counter(connection, table, number)


def filled_tables(connection: Connection) -> list[str]:
    """Return the tables that hold any row."""
    return [str(table.name) for table in metadata.sorted_tables if connection.execute(select(table).limit(1)).first() is not None]


def _dump_table(connection: Connection, table: Table, path: Path) -> TableCopy:
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as file:
        file.write(_encode([str(column.name) for column in table.columns]) + b"\n")

        def written() -> Iterator[bytes]:
            for line in _lines(connection, table):
                file.write(line)
                yield line

        return _copied(connection, table, written())


def _copied(connection: Connection, table: Table, lines: Iterator[bytes]) -> TableCopy:
    digest, rows = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        rows += 1
    return TableCopy(rows, digest.hexdigest(), _counter(connection, table))


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    order = [_by_bytes(connection, column) for column in table.primary_key.columns]
    for row in connection.execution_options(yield_per=_PORTION).execute(select(table).order_by(*order)):
        yield _encode(tuple(row)) + b"\n"


def _by_bytes(connection: Connection, column: Column[Any]) -> Any:
    is_text = isinstance(column.type, Text) and connection.dialect.name == "postgresql"
    return collate(column, "C") if is_text else column


def _portions(path: Path, table: Table) -> Iterator[list[dict[str, Any]]]:
    with gzip.open(path, "rb") as file:
        names: list[str] = msgspec.json.decode(file.readline())
        binary = [place for place, name in enumerate(names) if isinstance(table.c[name].type, LargeBinary)]
        portion: list[dict[str, Any]] = []
        for line in file:
            portion.append(dict(zip(names, _decoded(line, binary), strict=True)))
            if len(portion) == _PORTION:
                yield portion
                portion = []
    if portion:
        yield portion


def _decoded(line: bytes, binary: Sequence[int]) -> list[Any]:
    values: list[Any] = msgspec.json.decode(line)
    for place in binary:
        if values[place] is not None:
            values[place] = base64.b64decode(values[place])
    return values


def _counter(connection: Connection, table: Table) -> int | None:
    """Return the number that the table's sequence gave last; None where none counts, 0 where it gave none yet."""
    if "sequence" not in table.primary_key.columns:
        return None
    if connection.dialect.name == "sqlite":
        return connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}) or 0
    name = connection.scalar(select(func.pg_get_serial_sequence(table.name, "sequence")))
    given = connection.execute(text(f"SELECT last_value, is_called FROM {name}")).one()  # noqa: S608 (the database's own name)
    return int(given.last_value) if given.is_called else 0


def _set_counter(connection: Connection, table: Table, number: int) -> None:
    if connection.dialect.name == "sqlite":
        named = {"name": table.name, "number": number}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), named)
    elif number:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "sequence"), number)))
