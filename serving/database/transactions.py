"""How is the operational database read and written: reading cannot write, writing is one durable transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine

from serving.database.failures import plain_failures
from serving.database.opened import sqlite


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees committed rows and cannot write; on SQLite the whole block sees one moment.

    Raises
    ------
    DatabaseUnavailable
        If the database is busy or gone.
    """
    with plain_failures(), engine.connect() as connection:
        connection.execution_options(postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one transaction: on disk when the block ends, undone when it raises.

    Keep the block short: on SQLite everybody else who writes waits for it.

    Raises
    ------
    DatabaseUnavailable
        If the database is busy for too long, full, read-only or gone. Nothing was written.
    """
    with plain_failures(), _turn(engine), engine.connect() as connection:
        connection.execution_options(**{sqlite.WRITING: True})
        with connection.begin():
            yield connection


def _turn(engine: Engine) -> AbstractContextManager[object]:
    return sqlite.turn_to_write(engine) if engine.dialect.name == "sqlite" else nullcontext()
