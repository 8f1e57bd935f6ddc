"""What may one transaction alone do at a time, on PostgreSQL: a lock for each, held until the transaction ends.

On SQLite one transaction writes at a time anyway, so none is taken there.
"""

from __future__ import annotations

from enum import IntEnum, unique

from sqlalchemy import Connection, text

_HOLD = text("SELECT pg_advisory_xact_lock(:lock)")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(:lock)")


@unique
class Lock(IntEnum):
    """What each lock guards; any numbers, the same in every process that runs at once."""

    MIGRATION = 0x11FEC7C1E
    DRAIN = 0x11FEC7C2E
    INBOX = 0x11FEC7C2F
    BUDGET = 0x11FEC7C3E
    AUDIT_CHAIN = 0x11FEC7C3F
    ALERTS = 0x11FEC7C41


def hold(connection: Connection, lock: Lock) -> None:
    """Wait until nobody holds or shares a lock, and let nobody else until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD, {"lock": lock.value})


def share(connection: Connection, lock: Lock) -> None:
    """Wait until nobody holds a lock alone, and let nobody hold it alone until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SHARE, {"lock": lock.value})
