"""Is it them: a name with its password, and no answer for a while where too many wrong ones came in a row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, select, update

from features.times import SECOND, Timestamp
from serving.database.audit import record_in
from serving.database.tables import people
from serving.database.transactions import reading, writing
from serving.people.accounts import Person
from serving.people.entries import entry_of
from serving.people.passwords import is_password

MOST_FAILURES = 10
"""After so many wrong passwords in a row none is looked at for a while, which doubles with each further one."""

_LOCKED: Timestamp = 60 * SECOND
_MOST_DOUBLINGS = 6
_person = people.c


def recognised(engine: Engine, name: str, password: str, *, now: Timestamp, request_id: str) -> Person | None:
    """Return who has this name and this password; None for anybody else. Why not is not said, and takes as long.

    After `MOST_FAILURES` wrong ones in a row the right one is not heard either, for a minute first, then for longer; the audit
    says each time that it began. Guesses that come at once count one by one, though they are looked at together.
    """
    with reading(engine) as connection:
        row = connection.execute(select(people).where(_person.name == name)).first()
    is_heard = row is not None and _is_heard(row, now)
    is_right = is_password(password, row.password if row is not None and is_heard else None)
    if row is None or not is_heard:
        return None
    with writing(engine) as connection:  # looked at again: a password takes its time, and much may have happened meanwhile
        held = connection.execute(select(people).where(_person.id == row.id).with_for_update()).one()
        if not _is_heard(held, now) or held.password != row.password:
            return None
        after = _after(held.failures, now, is_right=is_right)
        connection.execute(update(people).where(_person.id == row.id).values(after))
        if after["locked_until"] is not None:
            record_in(connection, [entry_of(Person.of(held), "locked out", at=now, request_id=request_id)])
    return Person.of(held) if is_right else None


def _is_heard(row: Row[Any], now: Timestamp) -> bool:
    return row.disabled_at is None and not (row.locked_until or 0) > now


def _after(failures: int, now: Timestamp, *, is_right: bool) -> dict[str, int | None]:
    if is_right:
        return {"failures": 0, "locked_until": None}
    beyond = failures + 1 - MOST_FAILURES
    locked = None if beyond < 0 else now + (_LOCKED << min(beyond, _MOST_DOUBLINGS))
    return {"failures": failures + 1, "locked_until": locked}
