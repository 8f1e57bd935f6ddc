"""What keeps the names by which people look for customers as the log tells them."""

from __future__ import annotations

import time

from serving.background.office import Office
from serving.names.building import bring_up_to_date
from serving.names.stored import NamesLocked

_REST = 20.0
"""After names were stored, so many times as long as that took passes before the next look: at most a twentieth of the time."""


class NamesTask:
    """Stores names anew when the log tells other ones: a new name is found seconds later, with a million customers a minute."""

    every_seconds = 5.0

    def __init__(self, office: Office) -> None:
        self._office = office
        self._rests_until = 0.0
        self._is_first = True

    def run(self) -> bool:
        """Look once."""
        begun = time.monotonic()
        if begun < self._rests_until:
            return False
        try:
            if bring_up_to_date(self._office.settings.home, verify=self._is_first):
                self._rests_until = time.monotonic() + _REST * (time.monotonic() - begun)
                self._office.log.info("names_stored")
        except NamesLocked:
            return False
        self._is_first = False
        return False
