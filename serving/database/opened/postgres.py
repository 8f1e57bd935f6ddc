"""What makes PostgreSQL keep the same promises: durable commits whatever the server's default, and a deadline for every wait."""

from __future__ import annotations

import importlib.util

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL

from features.errors import Unavailable
from serving.database.locks import Lock

_SESSION = {
    "application_name": "lifecycle",
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}


class DriverMissing(Unavailable):
    """PostgreSQL was asked for, and its driver is not installed."""


def postgres_engine(url: URL) -> Engine:
    """Return an engine for PostgreSQL by psycopg 3; a connection the server closed is replaced before it is used.

    Raises
    ------
    DriverMissing
        If psycopg is not installed.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise DriverMissing("needed the driver of PostgreSQL, which is not installed; run: pip install 'lifecycle[postgres]'")
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=5.0,
        connect_args={"connect_timeout": 5, "options": _options(url)},
    )


def try_lock(connection: Connection) -> bool:
    """Take the lock of migrations until the transaction ends, if nobody else holds it, and say whether that worked."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": Lock.MIGRATION.value}))


def lift_deadlines(connection: Connection) -> None:
    """Let this transaction take as long as it needs, as a migration of a large table may."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def _options(url: URL) -> str:
    own = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    given = url.query.get("options", "")
    return f"{own} {given if isinstance(given, str) else ' '.join(given)}".strip()
