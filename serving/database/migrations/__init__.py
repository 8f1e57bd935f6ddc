"""The migrations of the operational database, in alembic's form, found inside the installed package."""
