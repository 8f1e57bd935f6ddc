"""How does an erasure that was asked for end: the person leaves the files, then the disk forgets what the database deleted.

It may be killed at any point and goes on where it was, as it looks for what is left; only when nothing is, the id is forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Engine

from features import subjects as names
from features.erasing.cleared import Cleared
from features.home import Home
from features.times import Timestamp
from features.tombstones import add_tombstone
from serving.database import writing
from serving.database.audit import AuditEntry, record_in
from serving.database.opened import sqlite
from serving.privacy.files import Patience, erase_from_files
from serving.privacy.records import Certificate, StoreCleared, erasure_of, finish, forget, tell, unfinished
from serving.privacy.rows import Person, erase_rows

MOST_AT_ONCE = 500
FINISHED = "erasure finished"


@dataclass(frozen=True)
class Installation:
    """Where people are erased from: the files, the database, and the secret that makes their names."""

    home: Home
    engine: Engine
    secret: bytes

    def person(self, customer_id: str) -> Person:
        """Return who has this id."""
        return Person(self.home, customer_id, names.subject(self.secret, customer_id))


def finish_erasures(place: Installation, *, clock: Callable[[], Timestamp], patience: Patience | None = None) -> int:
    """Finish what was asked for, several people in one pass over the files; return how many people that were.

    Raises
    ------
    Conflict, Unavailable
        If others write, publish or read for too long; what was done stays done, ask again.
    """
    waiting = unfinished(place.engine, most=MOST_AT_ONCE)
    if not waiting:
        return 0
    people = [Person(place.home, each.customer_id, each.subject) for each in waiting if each.customer_id is not None]
    if people:
        _leave_every_store(place, people, at=clock(), patience=patience)
    if place.engine.dialect.name == "sqlite":
        sqlite.rebuild(place.engine)  # after the ids were forgotten, or a page of the file would hold them still
    now, subjects = clock(), [each.subject for each in waiting]
    with writing(place.engine) as connection:
        finish(connection, subjects, at=now)
        record_in(connection, [_proof(connection, subject, now=now) for subject in subjects])
    return len(waiting)


def _leave_every_store(place: Installation, people: Sequence[Person], *, at: Timestamp, patience: Patience | None) -> None:
    for person in people:
        add_tombstone(place.home, person.subject, at=at)  # there already, unless the file is that of an older backup
    cleared = erase_from_files(place.home, [each.customer_id for each in people], at=at, patience=patience or Patience())
    with writing(place.engine) as connection:
        for person in people:  # once more: a decision or an event may have come in the second before everybody knew
            _tell(connection, person, cleared)
        forget(connection, [each.subject for each in people])


def _tell(connection: Connection, person: Person, cleared: Sequence[Cleared]) -> None:
    found = erasure_of(connection, person.subject)
    before = Certificate() if found is None else found.certificate
    told = before.with_rows(erase_rows(connection, person))
    tell(connection, person.subject, Certificate(told.database, [_store(store) for store in cleared]))


def _store(cleared: Cleared) -> StoreCleared:
    superseded = [f"{old} by {new}" for old, new in cleared.renamed.items()]
    return StoreCleared(cleared.store, cleared.searched, cleared.changed, cleared.rows, superseded)


def _proof(connection: Connection, subject: str, *, now: Timestamp) -> AuditEntry:
    """Return the audit entry that names the certificate by its hash, so that it cannot be changed later."""
    found = erasure_of(connection, subject)
    certificate = b"" if found is None else msgspec.json.encode(found.certificate)
    caller = None if found is None else found.key_id
    return AuditEntry(now, hashlib.sha256(certificate).hexdigest(), caller, "admin", FINISHED, subject, 200)
