"""Which process leads: the one that renews the lease each second; whoever waits takes over once it has been silent for a while.

No two clocks are compared. A process that waits looks whether the row changes, and measures the silence by its own steady clock;
the leader stops by its own before the others may begin. So a clock that is set back or forward changes nothing. A leader that was
held up (suspended, swapped out) and does not know yet that another leads cannot write to the database: the epoch of the row
fences its transactions. What it may still append to the event log the next one appends too, and equal rows are one.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, update
from sqlalchemy.exc import IntegrityError

from features.errors import Conflict
from features.times import Timestamp
from serving.database import DatabaseUnavailable, reading, writing
from serving.database.tables import leases

NAME = "background"
RENEW_SECONDS = 1.0
HELD_SECONDS = 4.0
"""So long after its last sign of life a leader goes on."""
SILENT_SECONDS = 5.0
"""After so much silence another process takes over."""

_lease = leases.c


class LeaseLost(Conflict):
    """Another process leads now, so this one must not change anything."""


@dataclass(frozen=True)
class Leadership:
    """Who leads, the number of this term, since when, and the newest sign of life."""

    holder: str
    epoch: int
    since: Timestamp
    renewed_at: Timestamp


def leadership(connection: Connection) -> Leadership | None:
    """Return who leads; None where nobody ever did, an empty holder where the last one has ended."""
    columns = [_lease[name] for name in Leadership.__dataclass_fields__]
    row = connection.execute(select(*columns).where(_lease.name == NAME)).one_or_none()
    return None if row is None else Leadership(*row)


def this_process() -> str:
    """Return a name for this process that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Lease:
    """One process's way to lead. Call `strive` each second; `is_held` may be asked from any thread."""

    def __init__(
        self, engine: Engine, clock: Callable[[], Timestamp], *, holder: str = "", steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._holder = holder or this_process()
        self._steady = steady
        self._epoch: int | None = None
        self._renewed = 0.0
        self._seen: Leadership | None = None
        self._seen_at = steady()

    @property
    def epoch(self) -> int | None:
        """Return the number of this term; None while another leads."""
        return self._epoch

    @property
    def is_held(self) -> bool:
        """Whether this process leads, and may begin something."""
        return self._epoch is not None and self._steady() - self._renewed < HELD_SECONDS

    def strive(self) -> bool:
        """Renew the lease, or take it if nobody holds it or its holder has been silent; say whether it is held."""
        before = self._steady()
        try:
            if self._is_mine():
                self._renewed = before
        except (DatabaseUnavailable, IntegrityError, LeaseLost):  # nobody can renew it then; or another was faster
            pass
        if not self.is_held:
            self._epoch = None
        return self.is_held

    def release(self) -> None:
        """Let go, so that another process need not wait for silence; one that cannot say so falls silent."""
        mine, self._epoch = self._epoch, None
        if mine is None:
            return
        try:
            with writing(self._engine) as connection:
                connection.execute(update(leases).where(_of_term(mine)).values(holder=""))
        except DatabaseUnavailable:
            return

    def fence(self, connection: Connection) -> None:
        """Refuse a transaction of a process that leads no longer, and let nobody take over until it ends.

        Raises
        ------
        LeaseLost
            If another process leads.
        """
        query = select(_lease.epoch).where(_lease.name == NAME).with_for_update(read=True)
        if self._epoch is None or connection.scalar(query) != self._epoch:
            raise LeaseLost("needed to lead the background work, found that another process does; nothing was changed")

    def _is_mine(self) -> bool:
        return self._takes() if self._epoch is None else self._renews(self._epoch)

    def _renews(self, epoch: int) -> bool:
        with writing(self._engine) as connection:
            found = leadership(connection)
            if found is None or found.epoch != epoch:
                self._epoch = None
                return False
            self._write(connection, epoch, renewed_at=max(self._clock(), found.renewed_at + 1))
            return True

    def _takes(self) -> bool:
        with reading(self._engine) as connection:
            found = leadership(connection)
        if found is not None and found.holder and not self._is_silent(found):
            return False
        with writing(self._engine) as connection:
            if leadership(connection) != found:
                return False
            epoch = self._begin(connection, found)
        self._epoch = epoch
        return True

    def _is_silent(self, found: Leadership) -> bool:
        if found != self._seen:
            self._seen, self._seen_at = found, self._steady()
        return self._steady() - self._seen_at >= SILENT_SECONDS

    def _begin(self, connection: Connection, found: Leadership | None) -> int:
        now = self._clock()
        term = {"holder": self._holder, "since": now}
        if found is None:
            connection.execute(leases.insert().values(name=NAME, epoch=1, renewed_at=now, **term))
            return 1
        self._write(connection, found.epoch, epoch=found.epoch + 1, renewed_at=max(now, found.renewed_at + 1), **term)
        return found.epoch + 1

    def _write(self, connection: Connection, term: int, **values: object) -> None:
        if connection.execute(update(leases).where(_of_term(term)).values(**values)).rowcount != 1:
            raise LeaseLost("needed the lease as it was read, found that another process took it meanwhile")


def _of_term(epoch: int) -> ColumnElement[bool]:
    return and_(_lease.name == NAME, _lease.epoch == epoch)
