"""How is a row written that may be there already: each kind of database has an INSERT of its own that says what then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Upsert: TypeAlias = sqlite.Insert | postgresql.Insert

_OF_KIND: Mapping[str, Callable[[Table], Upsert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_into(connection: Connection, table: Table) -> Upsert:
    """Return an INSERT into a table to which `on_conflict_do_nothing` or `on_conflict_do_update` can be said."""
    return _OF_KIND[connection.dialect.name](table)
