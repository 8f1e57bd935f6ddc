"""How do new entries of the audit join the chain: in portions, in the order they are found, the head outside afterwards.

A process killed between the two leaves a head that is behind, which the next one moves on. A head that is *ahead*, or another
than the chain's, says that somebody changed the database: then nothing is chained, so that the head goes on to show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, bindparam, select, text, update

from features.errors import Damaged
from features.home import Home
from serving.database.chain.links import CONTENT, Head, read_head, seal_of, write_head
from serving.database.locks import Lock, hold
from serving.database.tables import audit_entries
from serving.database.transactions import reading, writing

if TYPE_CHECKING:
    from serving.background.office import Office

PORTION = 2_000

_chained = audit_entries.c
_NEW = select(_chained.sequence, *(_chained[name] for name in CONTENT)).where(_chained.position.is_(None))
_JOIN = (
    update(audit_entries)
    .where(_chained.sequence == bindparam("which"), _chained.position.is_(None))
    .values(position=bindparam("place"), previous=bindparam("before"), digest=bindparam("seal"))
)
# A statement a row costs PostgreSQL a way there and back each; this is one for all.
_JOIN_AT_ONCE = text(
    "UPDATE audit_entries AS entry SET position = new.place, previous = new.before, digest = new.seal "
    "FROM unnest(CAST(:which AS bigint[]), CAST(:place AS bigint[]), CAST(:before AS text[]), CAST(:seal AS text[])) "
    "AS new(which, place, before, seal) WHERE entry.sequence = new.which AND entry.position IS NULL"
)


class ChainBroken(Damaged):
    """The chain in the database does not hold the seal that is kept outside it."""


class ChainAudit:
    """The task: seals new entries every few seconds."""

    every_seconds = 10.0

    def __init__(self, office: Office) -> None:
        self._home = office.settings.home
        self._engine = office.engine
        self._log = office.log

    def run(self) -> bool:
        """Seal a portion; whether more waits."""
        before, head = read_head(self._home) or Head(), chain_entries(self._home, self._engine)
        if head != before:
            # Who keeps the log elsewhere has the head elsewhere too.
            self._log.info("audit_chained", entries=head.count, digest=head.digest)
        return head.count - before.count >= PORTION


def chain_entries(home: Home, engine: Engine, *, most: int = PORTION) -> Head:
    """Seal at most so many entries and return the head then.

    Raises
    ------
    ChainBroken
        If the chain does not hold the head that is kept outside.
    """
    with writing(engine) as connection:
        hold(connection, Lock.AUDIT_CHAIN)  # two processes may for a moment think they lead
        head = _head(connection)
        _refuse_broken(connection, read_head(home), head)
        found = connection.execute(_NEW.order_by(_chained.sequence).limit(most)).all()
        joined = []
        for entry in found:
            seal = seal_of(entry, position=head.count + 1, previous=head.digest)
            joined.append({"which": entry.sequence, "place": head.count + 1, "before": head.digest, "seal": seal})
            head = Head(head.count + 1, seal)
        if joined:
            _join(connection, joined)
    if head != read_head(home):
        write_head(home, head)
    return head


def chain_all(home: Home, engine: Engine) -> Head:
    """Seal everything that waits and return the head then."""
    head = chain_entries(home, engine)
    while _waits(engine):
        head = chain_entries(home, engine)
    return head


def _join(connection: Connection, joined: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_JOIN_AT_ONCE, {name: [one[name] for one in joined] for name in joined[0]})
    else:
        connection.execute(_JOIN, joined)


def _waits(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(_NEW.limit(1)).first() is not None


def _head(connection: Connection) -> Head:
    newest = select(_chained.position, _chained.digest).where(_chained.position.is_not(None))
    row = connection.execute(newest.order_by(_chained.position.desc()).limit(1)).one_or_none()
    return Head() if row is None else Head(*row)


def _refuse_broken(connection: Connection, kept: Head | None, head: Head) -> None:
    if kept is None or kept in (head, Head()):
        return
    digest: Any = connection.scalar(select(_chained.digest).where(_chained.position == kept.count))
    if digest != kept.digest:
        raise ChainBroken(
            f"needed the audit to hold the seal of entry {kept.count} that audit-head.json keeps, found another or none; "
            "`lifecycle verify` names the place; restore the database, or remove that file to begin from what is there"
        )
