"""Does the operational database answer: asked in the background, so that telling is instant even while the database hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from serving.database import DatabaseDamaged, DatabaseUnavailable, reading
from serving.database.tables import api_keys

EVERY_SECONDS = 2.0
SILENCE_SECONDS = 10.0


class DatabasePulse:
    """Asks the database for a sign of life every two seconds. Without it no key can be checked, so nothing can be answered.

    `on_beat` is told each time whether all is well.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], float] = time.monotonic, on_beat: Callable[[bool], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._on_beat = on_beat
        self._heard = clock()
        self._is_damaged = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, name="database-pulse", daemon=True)

    @property
    def trouble(self) -> str | None:
        """Return what is wrong: None while the database has answered within the last ten seconds and is whole."""
        if self._is_damaged:
            return "the operational database is damaged; restore it from a backup"
        silent = self._clock() - self._heard
        return None if silent < SILENCE_SECONDS else f"the operational database has not answered for {silent:.0f} s"

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """End the asking; a question that hangs is left behind."""
        self._end.set()

    def ask(self) -> None:
        """Ask once, for a row of a table: an empty or broken file would answer a question about nothing."""
        try:
            with reading(self._engine) as connection:
                connection.execute(select(api_keys.c.id).limit(1)).all()
        except DatabaseDamaged:
            self._is_damaged = True
        except (DatabaseUnavailable, SQLAlchemyError):
            return
        else:
            self._is_damaged, self._heard = False, self._clock()

    def _ask_on(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            self.ask()
            self._on_beat(self.trouble is None)
