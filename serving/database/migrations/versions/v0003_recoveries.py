"""Make the table of what was given back to customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recoveries",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "customer_id", "complaint")),
        sa.Column("amount", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("currency", "agent_id")),
        sa.Column("role", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key_id", "company", "bundle")),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.Column("basis", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_recoveries"),
        sa.UniqueConstraint("id", name="uq_recoveries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recoveries_granted_at", "recoveries", ["granted_at"])
    op.create_index("ix_recoveries_customer_id_granted_at", "recoveries", ["customer_id", "granted_at"])


def downgrade() -> None:
    """Drop the table and everything in it."""
    op.drop_table("recoveries")
