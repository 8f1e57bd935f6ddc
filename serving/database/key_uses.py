"""When was each key last used: told to the database once a minute at most, never in the way of a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, or_, update

from features.times import SECOND, Timestamp
from serving.database.deferred import DeferredWriter, Pace
from serving.database.keys import Caller
from serving.database.tables import api_key_secrets

EVERY: Timestamp = 60 * SECOND
"""How long a noted use stands for the ones after it."""


@dataclass(frozen=True)
class KeyUse:
    """One secret, used at a moment."""

    secret_id: str
    at: Timestamp


class KeyUses:
    """Notes the uses of keys in one process. Close it before the engine."""

    def __init__(self, engine: Engine, *, pace: Pace | None = None) -> None:
        self._noted: dict[str, Timestamp] = {}
        self._writer: DeferredWriter[KeyUse] = DeferredWriter(engine, _write, pace=pace)

    def note(self, caller: Caller, at: Timestamp) -> None:
        """Note that the caller used its key; within a minute of the last note it costs nothing."""
        if at - self._noted.get(caller.secret_id, at - EVERY) >= EVERY:
            self._noted[caller.secret_id] = at
            self._writer.submit([KeyUse(caller.secret_id, at)])

    def close(self, timeout_seconds: float = 10.0) -> int:
        """Write what waits and return how many uses could not be written since the start."""
        return self._writer.close(timeout_seconds)


def _write(connection: Connection, uses: Sequence[KeyUse]) -> None:
    used = api_key_secrets.c
    for use in uses:
        is_newer = or_(used.last_used_at.is_(None), used.last_used_at < use.at)
        connection.execute(update(api_key_secrets).where(used.id == use.secret_id, is_newer).values(last_used_at=use.at))
