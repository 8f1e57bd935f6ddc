"""What waits for the background process and what it has done: events, fresh customers, alerts, deliveries, batches, erasures."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from serving.database.tables.schema import SEQUENCE, metadata

# One row per work that one process at a time may do. `epoch` rises whenever another process takes it over; `renewed_at` rises
# with every sign of life, whatever the clock says. Nobody holds it where `holder` is empty.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("renewed_at", BigInteger, nullable=False),
)

# One row per event that was acknowledged and is not in the log yet. `row` is the JSON of the row as its contract took it, with
# `known_at`; deleted once the log holds it.
inbox = Table(
    "inbox",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("customer_id", Text, index=True),  # null for a mention of nobody in particular
    Column("key_id", Text),
    Column("row", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# One row per customer of whom more is known than the live snapshot knew, and bundle and company file: it counts for these alone.
# Before the pointer moves there are rows for what is live and for what is about to be.
# `predictions`: float64, little-endian, by the live columns, whose digest is `columns`; `features`: float32, by the catalogue.
fresh_predictions = Table(
    "fresh_predictions",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("bundle", Text, primary_key=True),
    Column("company", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False, unique=True),  # higher than any before, so that readers ask for what is new
    Column("as_of", BigInteger, nullable=False),
    Column("columns", Text, nullable=False),
    Column("predictions", LargeBinary, nullable=False),
    Column("features", LargeBinary, nullable=False),
)

# One row per alert raised; `ended_at` is null while it stands.
alerts = Table(
    "alerts",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("customer_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("raised_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger),
    Column("bundle", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),  # the figures it was raised on, JSON
    UniqueConstraint("customer_id", "code", "since", name="uq_alerts_customer_id"),
    Index("ix_alerts_code_ended_at", "code", "ended_at"),
    sqlite_autoincrement=True,
)

# One row each time other predictions went live, as the task of alerts saw it; `finished_at` is null until all of them were told.
alert_passes = Table(
    "alert_passes",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("predictions", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    sqlite_autoincrement=True,
)

# One row per address that wants to be told. Its secret is derived from the installation's, by `id` and `secret_version`; the
# version before it signs too for a day after `rotated_at`.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),  # sorted, one space between
    Column("secret_version", Integer, nullable=False),
    Column("rotated_at", BigInteger),
    Column("key_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

# One row per message to one address; `dead_at` where it was given up.
deliveries = Table(
    "deliveries",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("webhook_id", Text, nullable=False),
    Column("customer_id", Text, index=True),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("next_at", BigInteger, index=True),  # null once delivered or given up
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", BigInteger),
    Column("dead_at", BigInteger),
    Column("last_status", Integer),
    Column("last_fault", Text),
    Index("ix_deliveries_webhook_id", "webhook_id", "sequence"),
    sqlite_autoincrement=True,
)

# One row per bulk question. `asked` is its list of ids as JSON; its results stand in a file of the installation.
batches = Table(
    "batches",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting | running | done | failed
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("total", Integer, nullable=False),
    Column("failed", Integer),
    Column("progress", Float),
    Column("versions", Text),
    Column("fault", Text),
    Column("asked", LargeBinary),
    sqlite_autoincrement=True,
)

# One row per person who was erased, by their name in the audit: whatever comes about them later is not taken.
erasures = Table(
    "erasures",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("subject", Text, nullable=False, unique=True),
    Column("customer_id", Text),  # until everything is rewritten, so that a killed erasure can go on; null afterwards
    Column("asked_at", BigInteger, nullable=False),
    Column("key_id", Text),
    Column("finished_at", BigInteger),
    Column("certificate", LargeBinary),
    Index("ix_erasures_finished_at", "finished_at"),
    sqlite_autoincrement=True,
)
