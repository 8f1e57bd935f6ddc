"""What are customers called, as far as this process knows: the newest stored names, looked for again each second that asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from features.errors import Damaged, NotFound
from features.home import Home
from features.times import SECOND, Timestamp
from serving.names.stored import Names, folders_of, newest_names

LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class KnownNames:
    """Names, and when it was last seen that the log tells no others."""

    names: Names
    current_at: Timestamp


class NameShelf:
    """The names of one process; `now` may be called by many threads."""

    def __init__(self, home: Home, clock: Callable[[], float] = time.monotonic) -> None:
        self._home = home
        self._clock = clock
        self._turn = threading.Lock()
        self._known: Names | None = None
        self._folders: list[str] = []
        self._look_at = float("-inf")

    def now(self) -> KnownNames | None:
        """Return the newest names that are whole, None where none are stored; takes a moment when they are others than before."""
        with self._turn:
            if self._clock() >= self._look_at:
                self._look()
                self._look_at = self._clock() + LOOK_SECONDS
            known = self._known
        return None if known is None else KnownNames(known, self._current_at(known))

    def _look(self) -> None:
        folders = folders_of(self._home)
        if folders == self._folders:
            return
        if not folders:
            self._known, self._folders = None, []
            return
        with suppress(NotFound, Damaged):  # removed meanwhile, or damaged: what was known stays, and the next look tries again
            newest = newest_names(self._home)
            if newest is not None:
                self._known, self._folders = newest.opened(), folders

    def _current_at(self, known: Names) -> Timestamp:
        try:
            return int((self._home.names / known.digest).stat().st_mtime * SECOND)
        except FileNotFoundError:  # others were stored a moment ago
            return time.time_ns() // 1000
