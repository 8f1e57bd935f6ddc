"""Who may ask, what they were answered before, and who looked at whom."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from serving.database.tables.schema import SEQUENCE, metadata

# One row per key. The key outlives its secrets: audit, idempotency and quotas name the key, so rotation breaks none of them.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # sorted, one space between
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("requests_per_minute", Integer),  # null: the limit of the installation
)

# One row per secret a key has had; the newest has no `valid_until`, the one before it keeps working until then.
api_key_secrets = Table(
    "api_key_secrets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key_id", Text, ForeignKey("api_keys.id"), nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
    Column("last_used_at", BigInteger),
)

# One row per request that carried an Idempotency-Key; `status` is null while the first one is still being answered.
idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    Column("caller_id", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_digest", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
    Column("subject", Text, index=True),  # whom the answer is about, so that erasure finds it
    Column("status", Integer),
    Column("media_type", Text),
    Column("body", LargeBinary),
)

# One row per customer whose data a request touched. `position`, `previous` and `digest` are filled when the row is chained.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("caller_id", Text),
    Column("role", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("subject", Text),
    Column("status", Integer, nullable=False),
    Column("position", BigInteger, unique=True),
    Column("previous", Text),
    Column("digest", Text),
    Index("ix_audit_entries_subject_at", "subject", "at"),
    Index("ix_audit_entries_at", "at"),
    sqlite_autoincrement=True,  # a sequence number is never given twice, not even after the last row was deleted
)
