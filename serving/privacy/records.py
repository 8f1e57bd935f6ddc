"""Which erasures were asked for, how far each has come, and what proves that it is done: rows of one table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Engine, Row, select, update

from features.times import Timestamp
from serving.database import reading
from serving.database.tables import erasures
from serving.privacy.rows import Person

_column = erasures.c


class StoreCleared(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done in one store of files; `superseded` names what took the place of what, by digests."""

    store: str
    searched: int
    changed: int
    rows: int
    superseded: list[str] = []


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was searched and removed; `database`: rows by table, `files`: store by store. Nothing in it says who it was."""

    database: dict[str, int] = {}
    files: list[StoreCleared] = []

    def with_rows(self, counts: Mapping[str, int]) -> Certificate:
        """Return it with more rows that left the database."""
        names = sorted({*self.database, *counts})
        return Certificate({name: self.database.get(name, 0) + counts.get(name, 0) for name in names}, self.files)


@dataclass(frozen=True)
class Erasure:
    """One person's erasure. `customer_id` is None once no file and no row is left to be searched for it."""

    subject: str
    customer_id: str | None
    asked_at: Timestamp
    key_id: str | None
    finished_at: Timestamp | None
    certificate: Certificate


_COLUMNS = [_column[name] for name in Erasure.__dataclass_fields__]


def erasure_of(connection: Connection, subject: str) -> Erasure | None:
    """Return the erasure of the person of that name; None where nobody asked for one."""
    row = connection.execute(select(*_COLUMNS).where(_column.subject == subject)).one_or_none()
    return None if row is None else _erasure(row)


def unfinished(engine: Engine, *, most: int) -> list[Erasure]:
    """Return the erasures that are still to be finished, the oldest first; where the id is forgotten, the disk alone is not."""
    waiting = select(*_COLUMNS).where(_column.finished_at.is_(None))
    with reading(engine) as connection:
        return [_erasure(row) for row in connection.execute(waiting.order_by(_column.sequence).limit(most))]


def begin(connection: Connection, person: Person, *, at: Timestamp, key_id: str | None) -> Erasure:
    """Keep that a person is to be erased, or is to be once more, and return it."""
    before = erasure_of(connection, person.subject)
    if before is None:
        new = {"subject": person.subject, "customer_id": person.customer_id, "asked_at": at, "key_id": key_id}
        connection.execute(erasures.insert().values(**new, certificate=msgspec.json.encode(Certificate())))
        return Erasure(person.subject, person.customer_id, at, key_id, None, Certificate())
    again = {"customer_id": person.customer_id, "finished_at": None}
    connection.execute(update(erasures).where(_column.subject == person.subject).values(again))
    return Erasure(person.subject, person.customer_id, before.asked_at, before.key_id, None, before.certificate)


def tell(connection: Connection, subject: str, certificate: Certificate) -> None:
    """Keep what was done so far."""
    kept = {"certificate": msgspec.json.encode(certificate)}
    connection.execute(update(erasures).where(_column.subject == subject).values(kept))


def forget(connection: Connection, subjects: Collection[str]) -> None:
    """Forget who these were, as nothing is left that had to be searched by their ids."""
    connection.execute(update(erasures).where(_column.subject.in_(sorted(subjects))).values(customer_id=None))


def finish(connection: Connection, subjects: Collection[str], *, at: Timestamp) -> None:
    """Keep that these are done."""
    connection.execute(update(erasures).where(_column.subject.in_(sorted(subjects))).values(finished_at=at))


def _erasure(row: Row[tuple[object, ...]]) -> Erasure:
    values = dict(row._mapping)
    told = values.pop("certificate")
    return Erasure(**values, certificate=msgspec.json.decode(told or b"{}", type=Certificate))
