"""What was decided and given, and what came of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, Table, Text

from serving.database.tables.schema import SEQUENCE, metadata

# One row per decision that was handed out. `document` is all it was made from and what came of it; the erasure of the customer
# takes everything but `id` and leaves `state` = erased, so that whoever asks for it is told so. `set_aside`: made after an answer
# that was taken back, and nothing was told about it; the decision before it stands again.
decisions = Table(
    "decisions",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),  # kept | set_aside | erased
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
    Column("sequence", SEQUENCE, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("customer_id", Text, nullable=False, index=True),
    Column("told", Text, nullable=False),  # shown, skipped, accepted, declined, fulfilled, reversed; withdrawn
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

# How far each stream of rows has come. Of decisions and outcomes: up to which sequence they stand in the event log. Of the inbox:
# the newest moment that was given to a row, and the sources that ever came that way. Of fresh predictions: the newest sequence.
drain_cursors = Table(
    "drain_cursors",
    metadata,
    Column("stream", Text, primary_key=True),  # decisions | outcomes | inbox | inbox/<source> | fresh_predictions
    Column("sequence", BigInteger, nullable=False),
)

# One row per recovery granted. `amount` is in hundredths of the currency, so that sums are exact; `basis` is the limit it
# was granted under, with every bound.
recoveries = Table(
    "recoveries",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
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
