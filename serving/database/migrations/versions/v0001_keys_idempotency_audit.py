"""Make the tables of API keys, idempotent answers and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_table(
        "api_key_secrets",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_api_key_secrets"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_api_key_secrets_key_id"),
    )
    op.create_index("ix_api_key_secrets_key_id", "api_key_secrets", ["key_id"])
    _make_idempotent_answers()
    _make_audit_entries()


def downgrade() -> None:
    """Drop the tables and everything in them."""
    for table in ("audit_entries", "idempotent_answers", "api_key_secrets", "api_keys"):
        op.drop_table(table)


def _make_idempotent_answers() -> None:
    op.create_table(
        "idempotent_answers",
        sa.Column("caller_id", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("media_type", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("caller_id", "route", "idempotency_key", name="pk_idempotent_answers"),
    )
    op.create_index("ix_idempotent_answers_started_at", "idempotent_answers", ["started_at"])
    op.create_index("ix_idempotent_answers_subject", "idempotent_answers", ["subject"])


def _make_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("caller_id", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("previous", sa.Text),
        sa.Column("digest", sa.Text),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entries"),
        sa.UniqueConstraint("position", name="uq_audit_entries_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_subject_at", "audit_entries", ["subject", "at"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
