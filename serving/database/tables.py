"""What does the operational database hold: who may ask, what was answered and decided before, and who looked at whom.

Moments are int64 microseconds since 1970 UTC; digests are SHA-256 or HMAC-SHA-256 in hex. The migrations make these tables,
these declarations query them, and a test holds the two equal.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

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
    Column("sequence", _SEQUENCE, primary_key=True),
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

# One row per decision that was handed out. `document` is all it was made from and what came of it; the erasure of the customer
# takes everything but `id` and leaves `state` = erased, so that whoever asks for it is told so.
decisions = Table(
    "decisions",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),  # kept | erased
    Column("customer_id", Text),
    Column("context", Text),  # '' where none was named, so that it can be asked for
    Column("window_start", BigInteger),
    Column("valid_until", BigInteger),
    Column("decided_at", BigInteger),
    Column("agent_id", Text),
    Column("key_id", Text),
    Column("company", Text),
    Column("bundle", Text),
    Column("snapshot", Text),
    Column("document", LargeBinary),
    Index("ix_decisions_window", "customer_id", "context", "sequence"),
    sqlite_autoincrement=True,
)

# One row per slot of a decision, `nothing` too: what was suggested, and how far it has come. Times are null until they happen.
exposures = Table(
    "exposures",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("offer_id", Text, nullable=False),
    Column("kind", Text),
    Column("channel", Text),
    Column("arm", Text, nullable=False),
    Column("probability", Float),
    Column("response_days", Integer),
    Column("decided_at", BigInteger, nullable=False),
    Column("shown_at", BigInteger),
    Column("outcome", Text),
    Column("outcome_at", BigInteger),
    Column("outcome_reason", Text),
    Index("ix_exposures_customer_id_decided_at", "customer_id", "decided_at"),
)

# One row per thing that was told about a slot and changed it, and how the slot stood then. Never changed.
outcomes = Table(
    "outcomes",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("customer_id", Text, nullable=False, index=True),
    Column("told", Text, nullable=False),  # shown, skipped, accepted, declined, fulfilled, reversed
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("is_late", Integer, nullable=False),
    Column("agent_id", Text),
    Column("key_id", Text),
    Column("shown_at", BigInteger),
    Column("outcome", Text),
    Column("outcome_at", BigInteger),
    Column("outcome_reason", Text),
    Index("ix_outcomes_decision_id_rank", "decision_id", "rank"),
    sqlite_autoincrement=True,
)

# How far each of the tables above stands in the event log already: everything up to that sequence.
drain_cursors = Table(
    "drain_cursors",
    metadata,
    Column("stream", Text, primary_key=True),  # decisions | outcomes
    Column("sequence", BigInteger, nullable=False),
)

# One row per recovery granted. `amount` is in hundredths of the currency, so that sums are exact; `basis` is the limit it
# was granted under, with every bound.
recoveries = Table(
    "recoveries",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("customer_id", Text, nullable=False),
    Column("complaint", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("role", Text),
    Column("key_id", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("granted_at", BigInteger, nullable=False, index=True),
    Column("basis", LargeBinary, nullable=False),
    Index("ix_recoveries_customer_id_granted_at", "customer_id", "granted_at"),
    sqlite_autoincrement=True,
)
