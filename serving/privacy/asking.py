"""How is a person erased at once: named, and removed from the database, in one transaction.

After it no answer, event or decision is about the person any more. The files follow (`erasing.py`), which takes the kernel that
the processes that answer do without.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from features.tombstones import add_tombstone
from serving.database.audit import AuditEntry, record_in
from serving.privacy.records import Erasure, begin, erasure_of, tell
from serving.privacy.rows import Person, erase_rows


@dataclass(frozen=True)
class Request:
    """Who is to be erased, the audit entry of whoever asks, and whether something is known of them outside the database."""

    person: Person
    by: AuditEntry
    is_known: bool


@dataclass(frozen=True)
class Asked:
    """An erasure as it stands after it was asked for, and how many rows left the database at once."""

    erasure: Erasure
    rows: int


def ask(connection: Connection, request: Request) -> Asked | None:
    """Begin to erase a person, in the caller's transaction; None, and nothing was done, where nothing is known of them.

    The tombstone stands on disk before the transaction does, so nothing can come in between. Asked again it begins again: whoever
    put an old file back may have brought the person back.
    """
    person, by = request.person, request.by
    counts = erase_rows(connection, person)
    if not counts and not request.is_known and erasure_of(connection, person.subject) is None:
        return None
    add_tombstone(person.home, person.subject, at=by.at)
    begun = begin(connection, person, at=by.at, key_id=by.caller_id)
    certificate = begun.certificate.with_rows(counts)
    tell(connection, person.subject, certificate)
    record_in(connection, [by])
    return Asked(replace(begun, certificate=certificate), sum(counts.values()))
