"""How do the tables come up to date: by the packaged migrations, once, whichever process starts first.

Whoever comes second waits for the lock and finds the work done. A migration is one transaction, on SQLite too, so a process
killed half-way leaves the tables as they were.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from features.errors import Conflict, Unavailable
from serving.database.failures import plain_failures
from serving.database.opened import postgres, sqlite
from serving.database.transactions import writing

if TYPE_CHECKING:
    from alembic.config import Config

_POLL_SECONDS = 0.05
_REVISIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
_REVISION = "alembic_version"
"""The table in which alembic keeps the revision."""


class DatabaseNewer(Conflict):
    """The tables were made by a newer version of this software."""


class MigrationLocked(Unavailable):
    """Another process holds the lock of migrations for longer than this one waits."""


def migrate(engine: Engine, *, wait_seconds: float = 60.0) -> None:
    """Bring the tables to the newest revision; nothing happens where they are there already.

    Raises
    ------
    DatabaseNewer
        If the database stands at a revision this version does not know.
    MigrationLocked
        If another process still migrates after `wait_seconds`.
    """
    with _alone(engine, wait_seconds) as connection:
        found = current_revision(connection)
        _refuse_unknown(found)
        if found != head_revision():
            from alembic import command  # it costs a process a twentieth of its start, and most find nothing to do

            command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection | None = None) -> Config:
    """Return alembic's configuration for the packaged migrations; commands that touch tables need an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "serving.database:migrations")
    config.attributes["connection"] = connection
    return config


def current_revision(connection: Connection) -> str | None:
    """Return the revision the tables stand at; None for an empty database."""
    if not inspect(connection).has_table(_REVISION):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_REVISION}"))  # noqa: S608 (a name of ours)
    return found


def head_revision() -> str:
    """Return the newest revision this version knows."""
    return known_revisions()[-1]


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions of the packaged migrations, the oldest first; the name of a file begins with that of its revision."""
    return tuple(sorted(path.name.partition("_")[0].removeprefix("v") for path in _REVISIONS.glob("v*.py")))


def _refuse_unknown(found: str | None) -> None:
    if found is not None and found not in known_revisions():
        raise DatabaseNewer(
            f"needed tables at revision {head_revision()} or older; found {found}, made by a newer version: "
            "start that version, or restore a backup made before it"
        )


@contextmanager
def _alone(engine: Engine, wait_seconds: float) -> Iterator[Connection]:
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            _wait_for(lambda: postgres.try_lock(connection), wait_seconds)
            postgres.lift_deadlines(connection)
            yield connection
        return
    with sqlite.locked_file(engine) as handle:
        _wait_for(lambda: sqlite.try_lock(handle), wait_seconds)
        with plain_failures():
            sqlite.use_write_ahead_log(engine)
        with writing(engine) as connection:
            yield connection


def _wait_for(locked: Callable[[], bool], wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not locked():
        if time.monotonic() > deadline:
            raise MigrationLocked(
                f"needed the lock of migrations; another process held it for {wait_seconds:.0f} s: "
                "wait until that one has started, or end it"
            )
        time.sleep(_POLL_SECONDS)
