"""Which rows of the database are about a person, and how do they go: every table is declared here, with what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection, TextClause, delete, text

from features.home import Home
from serving.batches.erasing import erase_from_batches
from serving.database import tables
from serving.database.idempotency import drop_answers_about
from serving.database.notices.alerts import erase_alerts
from serving.database.notices.deliveries import erase_deliveries
from serving.database.offered.decisions import erase_decisions
from serving.database.offered.recoveries import erase_recoveries
from serving.database.tables import deliveries, idempotent_answers


@dataclass(frozen=True)
class Person:
    """Who is erased, and from which installation: the id, and the name that audit and tombstones have for it."""

    home: Home
    customer_id: str
    subject: str


Eraser: TypeAlias = Callable[[Connection, Person], int]


def erase_rows(connection: Connection, person: Person) -> dict[str, int]:
    """Remove all that the database holds about a person, in the caller's transaction; return how many rows of each table."""
    counts = {name: eraser(connection, person) for name, eraser in ERASED.items()}
    return {name: count for name, count in counts.items() if count}


def _decisions(connection: Connection, person: Person) -> int:
    return erase_decisions(connection, person.customer_id)


def _recoveries(connection: Connection, person: Person) -> int:
    return erase_recoveries(connection, person.customer_id)


def _answers(connection: Connection, person: Person) -> int:
    """Delete the answers kept for repeats that are about the person, or name them among others."""
    return drop_answers_about(connection, person.subject) + sum(
        connection.execute(delete(idempotent_answers).where(naming)).rowcount
        for naming in _naming(connection, "body", person.customer_id)
    )


def _deliveries(connection: Connection, person: Person) -> int:
    return erase_deliveries(connection, person.customer_id) + sum(
        connection.execute(delete(deliveries).where(naming)).rowcount
        for naming in _naming(connection, "body", person.customer_id)
    )


def _batches(connection: Connection, person: Person) -> int:
    return erase_from_batches(person.home, connection, person.customer_id)


def _naming(connection: Connection, column: str, customer_id: str) -> Iterator[TextClause]:
    """Give a condition for each spelling of the id as a text of JSON in a column of bytes."""
    found = "position(:spelling in {0}) > 0" if connection.dialect.name == "postgresql" else "instr({0}, :spelling) > 0"
    for spelling in {json.dumps(customer_id).encode(), msgspec.json.encode(customer_id)}:
        yield text(found.format(column)).bindparams(spelling=spelling)


def _all_of(name: str) -> Eraser:
    table = getattr(tables, name)
    return lambda connection, person: connection.execute(delete(table).where(table.c.customer_id == person.customer_id)).rowcount


ERASED: Mapping[str, Eraser] = {
    "decisions": _decisions,  # with exposures and outcomes
    "recoveries": _recoveries,
    "idempotent_answers": _answers,
    "deliveries": _deliveries,
    "batches": _batches,
    "alerts": lambda connection, person: erase_alerts(connection, person.customer_id),
    # written out, since `Table.name` is text of a kind of its own, which the encoder of the answer does not take
    **{name: _all_of(name) for name in ("inbox", "fresh_predictions")},
}
"""How rows about a person leave each table that holds any."""

WITH_DECISIONS = ("exposures", "outcomes")
"""Tables whose rows leave with the decisions."""

NAMES_NOBODY: Mapping[str, str] = {
    "alert_passes": "which predictions' alerts were taken down",
    "api_keys": "names of keys, which are of programs",
    "api_key_secrets": "digests of secrets",
    "audit_entries": "people by their subject alone; kept, as proof of who looked at what",
    "drain_cursors": "how far streams of rows have come",
    "erasures": "people by their subject; the id only until the erasure is finished",
    "leases": "processes",
    "people": "who works with the page: names they sign in with, which are of no customer",
    "sessions": "who has signed in, by digest",
    "webhooks": "addresses to be told",
}
"""Tables that hold no id of a customer, and what they hold."""
