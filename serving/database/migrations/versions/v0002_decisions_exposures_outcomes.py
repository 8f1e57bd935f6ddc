"""Make the tables of decisions, their slots, what was told about them, and how far they stand in the event log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Make the tables."""
    _make_decisions()
    _make_exposures()
    _make_outcomes()
    op.create_table(
        "drain_cursors",
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_drain_cursors"),
    )


def downgrade() -> None:
    """Drop the tables and everything in them."""
    for table in ("drain_cursors", "outcomes", "exposures", "decisions"):
        op.drop_table(table)


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True)


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        _sequence(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("customer_id", "context")),
        *(sa.Column(name, sa.BigInteger) for name in ("window_start", "valid_until", "decided_at")),
        *(sa.Column(name, sa.Text) for name in ("agent_id", "key_id", "company", "bundle", "snapshot")),
        sa.Column("document", sa.LargeBinary),
        sa.PrimaryKeyConstraint("sequence", name="pk_decisions"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_window", "decisions", ["customer_id", "context", "sequence"])


def _make_exposures() -> None:
    op.create_table(
        "exposures",
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("offer_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("arm", sa.Text, nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("response_days", sa.Integer),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("shown_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("outcome_at", sa.BigInteger),
        sa.Column("outcome_reason", sa.Text),
        sa.PrimaryKeyConstraint("decision_id", "rank", name="pk_exposures"),
    )
    op.create_index("ix_exposures_customer_id_decided_at", "exposures", ["customer_id", "decided_at"])


def _make_outcomes() -> None:
    op.create_table(
        "outcomes",
        _sequence(),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("at", "received_at")),
        sa.Column("is_late", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("agent_id", "key_id")),
        sa.Column("shown_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("outcome_at", sa.BigInteger),
        sa.Column("outcome_reason", sa.Text),
        sa.PrimaryKeyConstraint("sequence", name="pk_outcomes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcomes_customer_id", "outcomes", ["customer_id"])
    op.create_index("ix_outcomes_decision_id_rank", "outcomes", ["decision_id", "rank"])
