"""What does a database that fails look like to us: busy, full, read-only, gone or damaged; a wrong statement is none of these."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features.errors import Unavailable

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY = 0xFF  # the low byte of SQLite's codes; the others say more closely what it was


class DatabaseUnavailable(Unavailable):
    """The operational database cannot be reached, or cannot do this now."""


class DatabaseDamaged(DatabaseUnavailable):
    """The file of the operational database is none, or not whole; only a backup helps."""


def unavailable(found: object) -> DatabaseUnavailable:
    """Return the refusal that says what the driver found."""
    return DatabaseUnavailable(f"the operational database could not do this now: {found}; try again shortly")


@contextmanager
def plain_failures() -> Iterator[None]:
    """Raise what a driver says about a busy, full, absent or damaged database in our words; faults of ours pass."""
    try:
        yield
    except PoolTimeout as error:
        raise unavailable("every connection is in use") from error
    except (DBAPIError, sqlite3.Error) as error:
        found = error.orig if isinstance(error, DBAPIError) else error
        if _is_damage(found):
            raise DatabaseDamaged(f"needed the operational database whole, found: {found}; restore it from a backup") from error
        if not isinstance(error, (OperationalError, sqlite3.OperationalError)) or _is_our_fault(found):
            raise
        raise unavailable(found) from error


def _is_damage(error: BaseException | None) -> bool:
    # A file cut to nothing is an empty database to SQLite; opening made our tables, so one without them was cut.
    if not isinstance(error, sqlite3.Error):
        return False
    return _code(error) & _PRIMARY in _DAMAGE or str(error).startswith("no such table")


def _is_our_fault(error: BaseException | None) -> bool:
    """SQLite calls wrong SQL operational too: its general code 1, where every real trouble has its own."""
    return isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_ERROR


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)  # the driver's own refusals have none
