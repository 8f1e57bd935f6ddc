"""Who works with the page: people with a password, and the sessions they opened."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

from serving.database.tables.schema import metadata

# One row per person. `failures` counts wrong passwords since the last right one; until `locked_until` none is looked at.
people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # what they sign in with, and the `agent_id` of what they do
    Column("role", Text, nullable=False),  # agent | analyst | admin
    Column("language", Text),  # null: what the browser asks for
    Column("password", Text, nullable=False),  # argon2id, with its salt and costs
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger),
)

# One row per session: the SHA-256 of what its cookie holds, never the cookie.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
