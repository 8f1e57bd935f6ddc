"""Which operational database does a command work on? The one that the settings name, for as long as the command needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from lifecycle.settings import Settings


@contextmanager
def open_operational(settings: Settings) -> Iterator[Engine]:
    """Open the database, brought to the newest schema, and close it again."""
    from serving.database import open_database

    engine = open_database(operational_url(settings))
    try:
        yield engine
    finally:
        engine.dispose()


def operational_url(settings: Settings) -> str:
    """Return its address: the one configured, or the file of the installation."""
    from serving.database import database_url

    configured = settings.database_url
    return database_url(settings.home, configured.get_secret_value() if configured else None)
