"""Does the operational database answer: asked in the background, so that telling is instant even while the database hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine, text

from serving.database import DatabaseUnavailable, reading

EVERY_SECONDS = 2.0
SILENCE_SECONDS = 10.0


class DatabasePulse:
    """Asks the database for a sign of life every two seconds. Without it no key can be checked, so nothing can be answered."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._heard = clock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, name="database-pulse", daemon=True)

    @property
    def trouble(self) -> str | None:
        """Return what is wrong: None while the database has answered within the last ten seconds."""
        silent = self._clock() - self._heard
        return None if silent < SILENCE_SECONDS else f"the operational database has not answered for {silent:.0f} s"

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """End the asking; a question that hangs is left behind."""
        self._end.set()

    def ask(self) -> None:
        """Ask once."""
        try:
            with reading(self._engine) as connection:
                connection.execute(text("SELECT 1"))
        except DatabaseUnavailable:
            return
        self._heard = self._clock()

    def _ask_on(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            self.ask()
