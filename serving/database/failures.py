"""What does a database that fails look like to us: busy, full, read-only or gone is one situation, a wrong statement is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    """The operational database cannot be reached, or cannot do this now."""


def unavailable(found: object) -> DatabaseUnavailable:
    """Return the refusal that says what the driver found."""
    return DatabaseUnavailable(f"the operational database could not do this now: {found}; try again shortly")


@contextmanager
def plain_failures() -> Iterator[None]:
    """Raise what a driver says about a busy, full or absent database as `DatabaseUnavailable`; faults of ours pass."""
    try:
        yield
    except PoolTimeout as error:
        raise unavailable("every connection is in use") from error
    except OperationalError as error:
        if _is_our_fault(error.orig):
            raise
        raise unavailable(error.orig) from error


def _is_our_fault(error: BaseException | None) -> bool:
    """SQLite calls a missing table or wrong SQL operational too: its general code 1, where every real trouble has its own."""
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_ERROR
