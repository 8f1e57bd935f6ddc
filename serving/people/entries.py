"""What does the audit keep of signing in: which account, when and by which request; never its name, and no guess."""

from __future__ import annotations

from typing import Literal, TypeAlias

from features.times import Timestamp
from serving.database.audit import AuditEntry
from serving.people.accounts import Person

Done: TypeAlias = Literal["signed in", "signed out", "locked out"]

_STATUS: dict[Done, int] = {"signed in": 303, "signed out": 303, "locked out": 401}


def entry_of(person: Person, done: Done, *, at: Timestamp, request_id: str) -> AuditEntry:
    """Return the entry of an account that was signed in, signed out, or locked by one wrong password too many."""
    return AuditEntry(at, request_id, person.caller_id, person.role, done, None, _STATUS[done])
