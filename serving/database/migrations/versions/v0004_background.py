"""Make the tables of the background process, and give keys a limit of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    with op.batch_alter_table("api_keys") as keys:
        keys.add_column(sa.Column("requests_per_minute", sa.Integer))
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        *_moments("epoch", "since", "renewed_at", required=True),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    _inbox_and_fresh()
    _alerts()
    _webhooks()
    _batches_and_erasures()


def downgrade() -> None:
    """Drop the tables and everything in them."""
    for table in (
        "erasures",
        "batches",
        "deliveries",
        "webhooks",
        "alert_passes",
        "alerts",
        "fresh_predictions",
        "inbox",
        "leases",
    ):
        op.drop_table(table)
    with op.batch_alter_table("api_keys") as keys:
        keys.drop_column("requests_per_minute")


def _inbox_and_fresh() -> None:
    op.create_table(
        "inbox",
        _sequence(),
        *_moments("received_at", required=True),
        sa.Column("source", sa.Text, nullable=False),
        *_texts("customer_id", "key_id"),
        sa.Column("row", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_inbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_customer_id", "inbox", ["customer_id"])
    op.create_table(
        "fresh_predictions",
        *_texts("customer_id", "bundle", "company", required=True),
        *_moments("sequence", "as_of", required=True),
        *_texts("columns", required=True),
        sa.Column("predictions", sa.LargeBinary, nullable=False),
        sa.Column("features", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "bundle", "company", name="pk_fresh_predictions"),
        sa.UniqueConstraint("sequence", name="uq_fresh_predictions_sequence"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        _sequence(),
        *_texts("id", "customer_id", "code", required=True),
        *_moments("since", "raised_at", required=True),
        *_moments("ended_at"),
        *_texts("bundle", "snapshot", required=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_alerts"),
        sa.UniqueConstraint("id", name="uq_alerts_id"),
        sa.UniqueConstraint("customer_id", "code", "since", name="uq_alerts_customer_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at"])
    op.create_index("ix_alerts_code_ended_at", "alerts", ["code", "ended_at"])
    op.create_table(
        "alert_passes",
        _sequence(),
        *_texts("predictions", required=True),
        *_moments("started_at", required=True),
        *_moments("finished_at"),
        sa.PrimaryKeyConstraint("sequence", name="pk_alert_passes"),
        sqlite_autoincrement=True,
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        *_texts("id", "url", "types", required=True),
        sa.Column("secret_version", sa.Integer, nullable=False),
        *_moments("rotated_at"),
        *_texts("key_id", required=True),
        *_moments("created_at", required=True),
        *_moments("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "deliveries",
        _sequence(),
        *_texts("id", "webhook_id", required=True),
        *_texts("customer_id"),
        *_texts("type", required=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        *_moments("created_at", required=True),
        *_moments("next_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_moments("delivered_at", "dead_at"),
        sa.Column("last_status", sa.Integer),
        *_texts("last_fault"),
        sa.PrimaryKeyConstraint("sequence", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_webhook_id", "deliveries", ["webhook_id", "sequence"])
    op.create_index("ix_deliveries_customer_id", "deliveries", ["customer_id"])
    op.create_index("ix_deliveries_next_at", "deliveries", ["next_at"])


def _batches_and_erasures() -> None:
    op.create_table(
        "batches",
        _sequence(),
        *_texts("id", "key_id", "state", required=True),
        *_moments("created_at", required=True),
        *_moments("started_at", "finished_at"),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer),
        sa.Column("progress", sa.Float),
        *_texts("versions", "fault"),
        sa.Column("asked", sa.LargeBinary),
        sa.PrimaryKeyConstraint("sequence", name="pk_batches"),
        sa.UniqueConstraint("id", name="uq_batches_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erasures",
        _sequence(),
        *_texts("subject", required=True),
        *_texts("customer_id"),
        *_moments("asked_at", required=True),
        *_texts("key_id"),
        *_moments("finished_at"),
        sa.Column("certificate", sa.LargeBinary),
        sa.PrimaryKeyConstraint("sequence", name="pk_erasures"),
        sa.UniqueConstraint("subject", name="uq_erasures_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasures_finished_at", "erasures", ["finished_at"])


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", _SEQUENCE, nullable=False, autoincrement=True)


def _moments(*names: str, required: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=not required) for name in names]


def _texts(*names: str, required: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=not required) for name in names]
