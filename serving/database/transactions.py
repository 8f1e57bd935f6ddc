"""How is the operational database read and written: reading cannot write, writing is one durable transaction.

Whatever the kind of database, one that is busy, full, read-only or gone raises `DatabaseUnavailable`, and no message of ours or
of the driver's holds a parameter of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features.errors import Unavailable
from serving.database import sqlite


class DatabaseUnavailable(Unavailable):
    """The operational database cannot be reached, or cannot do this now."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees committed rows and cannot write; on SQLite the whole block sees one moment."""
    with plain_failures(), engine.connect() as connection:
        connection.execution_options(postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one transaction: on disk when the block ends, undone when it raises."""
    with plain_failures(), _turn(engine), engine.connect() as connection:
        connection.execution_options(**{sqlite.WRITING: True})
        with connection.begin():
            yield connection


@contextmanager
def plain_failures() -> Iterator[None]:
    """Raise what the driver says about a busy, full or absent database as `DatabaseUnavailable`."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        found = error.orig if isinstance(error, OperationalError) else "every connection is in use"
        raise DatabaseUnavailable(f"the operational database could not do this now: {found}; try again shortly") from error


def _turn(engine: Engine) -> AbstractContextManager[object]:
    return sqlite.turn_to_write(engine) if engine.dialect.name == "sqlite" else nullcontext()
