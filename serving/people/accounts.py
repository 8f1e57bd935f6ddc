"""Who may sign in: people with a name and a role, made by an operator, disabled but never deleted: the audit names them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, Engine, Row, delete, select, update
from sqlalchemy.exc import IntegrityError

from features.errors import Conflict, InvalidInput, NotFound
from features.times import Timestamp
from models.explanation.codes import LANGUAGES, Language
from serving.database.tables import people, sessions
from serving.database.transactions import reading, writing
from serving.door.access import Role
from serving.people.passwords import password_hash

ROLES: tuple[Role, ...] = get_args(Role)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_person = people.c


class PersonInvalid(InvalidInput):
    """What a person should be is not possible: their name, role or language."""


class PersonExists(Conflict):
    """Somebody signs in with this name already."""


class UnknownPerson(NotFound):
    """Nobody signs in with this name."""


@dataclass(frozen=True)
class Person:
    """Somebody who works with the page. `name` is what they sign in with, and the `agent_id` of what they do."""

    id: str
    name: str
    role: Role
    language: Language | None
    created_at: Timestamp
    disabled_at: Timestamp | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Person:
        """Return the person of a row of the table."""
        return cls(row.id, row.name, row.role, row.language, row.created_at, row.disabled_at)

    @property
    def caller_id(self) -> str:
        """Return by what the audit names them: their account, which is no key."""
        return f"person:{self.id}"


def create_person(
    engine: Engine, *, name: str, role: str, password: str, created_at: Timestamp, language: str | None = None
) -> Person:
    """Let somebody sign in from now on.

    Raises
    ------
    PersonInvalid, PasswordUnfit
        If name, role, language or password is not of the needed form.
    PersonExists
        If somebody has that name, even if disabled.
    """
    made = {"id": f"p_{secrets.token_hex(6)}", "name": name, "role": role, "language": language, "created_at": created_at}
    check_person(name, role, language)
    stored = password_hash(password)
    try:
        with writing(engine) as connection:
            connection.execute(people.insert().values(**made, password=stored, failures=0))
    except IntegrityError as error:
        raise PersonExists(f"needed a name that nobody has, found one of somebody: {name}; choose another") from error
    return person_named(engine, name)


def check_person(name: str, role: str, language: str | None) -> None:
    """Refuse what no person can be.

    Raises
    ------
    PersonInvalid
        If name, role or language is not of the needed form.
    """
    if not _NAME.fullmatch(name):
        raise PersonInvalid(f"needed a name of 1 to 64 small letters, digits, `.`, `_` or `-`, no sign first; found {name!r}")
    if role not in ROLES:
        raise PersonInvalid(f"needed a role, one of {', '.join(ROLES)}; found {role!r}")
    if language is not None and language not in LANGUAGES:
        raise PersonInvalid(f"needed a language, one of {', '.join(LANGUAGES)}; found {language!r}")


def list_people(engine: Engine) -> list[Person]:
    """Return everybody by name, disabled ones too; no password is among it."""
    with reading(engine) as connection:
        return [Person.of(row) for row in connection.execute(select(people).order_by(_person.name))]


def person_named(engine: Engine, name: str) -> Person:
    """Return the person who signs in with a name.

    Raises
    ------
    UnknownPerson
        If nobody does.
    """
    with reading(engine) as connection:
        row = connection.execute(select(people).where(_person.name == name)).first()
    if row is None:
        raise UnknownPerson(f"needed the name of a person, found none called {name}; `lifecycle users list` shows all")
    return Person.of(row)


def change_password(engine: Engine, name: str, password: str) -> None:
    """Give a person a new password; whatever sessions they had are over.

    Raises
    ------
    UnknownPerson, PasswordUnfit
        If nobody has that name, or the password is not of the needed form.
    """
    person, stored = person_named(engine, name), password_hash(password)
    with writing(engine) as connection:
        changed = {"password": stored, "failures": 0, "locked_until": None}
        connection.execute(update(people).where(_person.id == person.id).values(changed))
        _end_sessions(connection, person.id)


def disable(engine: Engine, name: str, *, now: Timestamp) -> None:
    """Let a person sign in no more; their sessions are over at once.

    Raises
    ------
    UnknownPerson
        If nobody has that name.
    """
    person = person_named(engine, name)
    with writing(engine) as connection:
        connection.execute(update(people).where(_person.id == person.id).values(disabled_at=now))
        _end_sessions(connection, person.id)


def enable(engine: Engine, name: str) -> None:
    """Let a person who was disabled sign in again, in the same role and with the same password.

    Raises
    ------
    UnknownPerson
        If nobody has that name.
    """
    person = person_named(engine, name)
    with writing(engine) as connection:
        _end_sessions(connection, person.id)  # one may have been opened at the very moment of the disabling
        connection.execute(update(people).where(_person.id == person.id).values(disabled_at=None))


def choose_language(engine: Engine, person_id: str, language: Language) -> None:
    """Keep the language in which a person reads the page."""
    with writing(engine) as connection:
        connection.execute(update(people).where(_person.id == person_id).values(language=language))


def _end_sessions(connection: Connection, person_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
