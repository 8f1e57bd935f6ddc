"""Who was erased, as the database knows it: asked in the transaction of whoever is about to take something about somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, bindparam, select

from features.subjects import subject_names
from serving.database.tables import erasures
from serving.door.problems import Erased

_AT_ONCE = 500  # SQLite takes some thousand parameters in one statement
_ANY = select(erasures.c.sequence).limit(1)
_NAMED = select(erasures.c.subject).where(erasures.c.subject.in_(bindparam("subjects", expanding=True)))


def erased_among(connection: Connection, secret: bytes, customer_ids: Collection[str]) -> frozenset[str]:
    """Return those of some customers who were erased; nothing may be taken, computed or answered about them.

    `secret` is the installation's. Where nobody ever was erased it costs one look-up, otherwise a microsecond a customer more.
    """
    if connection.execute(_ANY).first() is None:
        return frozenset()
    name = subject_names(secret)
    names = {name(each): each for each in customer_ids}
    return frozenset(names[each] for each in erased_names(connection, names))


def refuse_erased(connection: Connection, secret: bytes, customer_id: str) -> None:
    """Let a call go on that reads what is kept of one customer.

    Raises
    ------
    Erased
        If the person was erased; until the background process is through, files may still hold something of them.
    """
    if erased_among(connection, secret, [customer_id]):
        raise Erased


def erased_names(connection: Connection, subjects: Collection[str]) -> frozenset[str]:
    """Return which of these names in the audit are of people who were erased; for who has named them already."""
    found: set[str] = set()
    for part in _parts(sorted(subjects)):
        found.update(connection.scalars(_NAMED, {"subjects": part}))
    return frozenset(found)


def _parts(names: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(names), _AT_ONCE):
        yield names[begin : begin + _AT_ONCE]
