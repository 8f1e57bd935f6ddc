"""Make the tables of people and their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "name", "role")),
        sa.Column("language", sa.Text),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("name", name="uq_people_name"),
    )
    op.create_table(
        "sessions",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "person_id")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "seen_at")),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])


def downgrade() -> None:
    """Drop the tables and everything in them."""
    op.drop_table("sessions")
    op.drop_table("people")
