"""Which database is it, and how is it opened: one URL, two kinds, the same promises."""

from __future__ import annotations

from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from features.errors import InvalidInput
from features.home import Home
from serving.database.opened import postgres, sqlite
from serving.database.opened.migrate import migrate


class DatabaseUrlInvalid(InvalidInput):
    """The URL names no database this service can use."""


def database_url(home: Home, configured: str | None = None) -> str:
    """Return the URL that was configured, else the SQLite file of the installation.

    >>> from pathlib import Path
    >>> database_url(Home(Path("/srv/lifecycle")))
    'sqlite:////srv/lifecycle/lifecycle.db'
    """
    return configured or f"sqlite:///{home.database.absolute()}"


def open_database(url: str) -> Engine:
    """Open the database, bring its tables up to date under a lock, and return the engine.

    Call it in each process, after forking: connections do not cross a fork. `engine.dispose()` closes them.

    Raises
    ------
    DatabaseUrlInvalid
        If the URL is none, or names neither an SQLite file nor PostgreSQL.
    DatabaseUnavailable
        If the database cannot be reached.
    DatabaseNewer, MigrationLocked
        If a newer version has migrated it already, or another process keeps migrating.
    """
    engine = _engine(_understood(url))
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _understood(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # `from None`: the cause repeats the URL, and the URL may hold a password.
        raise DatabaseUrlInvalid(
            "needed a database URL like sqlite:////srv/lifecycle/lifecycle.db or postgresql://user:password@host/name; "
            "found text that is no URL (not repeated here, it may hold a password)"
        ) from None


def _engine(url: URL) -> Engine:
    kind = url.get_backend_name()
    if kind == "postgresql":
        return postgres.postgres_engine(url)
    if kind == "sqlite" and url.database not in (None, "", ":memory:") and not url.query:
        return sqlite.sqlite_engine(url)
    found = url.render_as_string(hide_password=True)
    raise DatabaseUrlInvalid(f"needed an SQLite file (sqlite:////srv/lifecycle/lifecycle.db) or PostgreSQL; found {found}")
