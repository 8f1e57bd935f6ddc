"""Who has signed in: sessions kept here and not in the browser, over after half an hour unused and after twelve hours at all.

The cookie holds 256 random bits; stored is their SHA-256. What a form must carry is made from them too, so that a page from
elsewhere, which cannot read the cookie, cannot make one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Engine, delete, func, not_, or_, select, update

from features.times import HOUR, SECOND, Timestamp
from serving.database.audit import record_in
from serving.database.keys import Caller, Scope
from serving.database.tables import people, sessions
from serving.database.transactions import reading, writing
from serving.door.access import Role
from serving.people.accounts import Person
from serving.people.entries import entry_of

IDLE: Timestamp = 30 * 60 * SECOND
LONGEST: Timestamp = 12 * HOUR

_NOTED: Timestamp = 60 * SECOND  # so long one use stands for the ones after it
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES: Mapping[Role, frozenset[Scope]] = {
    "agent": frozenset({"read", "decide"}),
    "analyst": frozenset({"read"}),
    "admin": frozenset({"admin"}),
}
_session = sessions.c


@dataclass(frozen=True)
class Session:
    """A person who signed in, and what proves it. `secret` is what the cookie holds."""

    person: Person
    secret: str = field(repr=False)

    @property
    def form_token(self) -> str:
        """Return what each form of this session carries."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()

    @property
    def caller(self) -> Caller:
        """Return the person as one who asks: named in the audit as their account, never as a key.

        Its scopes are those a key would need for the same; what a person may call, their role says.
        """
        return Caller(self.person.caller_id, self.person.name, _SCOPES[self.person.role], "", None)

    def is_form_token(self, given: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.form_token.encode(), given.encode())


def is_over(now: Timestamp) -> ColumnElement[bool]:
    """Return the condition by which sessions are over: unused for too long, or begun too long ago."""
    return or_(_session.seen_at < now - IDLE, _session.created_at < now - LONGEST)


def open_session(engine: Engine, person: Person, *, now: Timestamp, request_id: str) -> Session:
    """Begin a session, always a new one, and say so in the audit; sessions that are over are forgotten on the way."""
    made = Session(person, secrets.token_urlsafe(32))
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(is_over(now)))
        values = {"digest": _digest(made.secret), "person_id": person.id, "created_at": now, "seen_at": now}
        connection.execute(sessions.insert().values(values))
        record_in(connection, [entry_of(person, "signed in", at=now, request_id=request_id)])
    return made


def session_of(engine: Engine, secret: str, *, now: Timestamp) -> Session | None:
    """Return the session that a cookie names; None where it names none, or one that is over."""
    if not _FORM.fullmatch(secret):
        return None
    digest = _digest(secret)
    query = select(people, _session.seen_at, _session.created_at.label("begun_at")).join_from(sessions, people)
    with reading(engine) as connection:
        row = connection.execute(query.where(_session.digest == digest)).first()
    if row is None or row.disabled_at is not None or now - row.seen_at > IDLE or now - row.begun_at > LONGEST:
        return None
    if now - row.seen_at > _NOTED:
        with writing(engine) as connection:
            connection.execute(update(sessions).where(_session.digest == digest).values(seen_at=now))
    return Session(Person.of(row), secret)


def sessions_open(engine: Engine, *, now: Timestamp) -> int:
    """Return how many sessions are not over."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(sessions).where(not_(is_over(now)))) or 0


def close_session(engine: Engine, session: Session, *, now: Timestamp, request_id: str) -> None:
    """End a session for good, in every process at once, and say so in the audit."""
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(_session.digest == _digest(session.secret)))
        record_in(connection, [entry_of(session.person, "signed out", at=now, request_id=request_id)])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
