"""What does alembic do when it runs a migration: it uses the connection and the transaction the caller has opened."""

from __future__ import annotations

from alembic import context

from serving.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
