"""What finishes erasures in the background: whoever was asked to be forgotten leaves every file, and the disk."""

from __future__ import annotations

from serving.background.office import Office
from serving.privacy.erasing import Installation, finish_erasures


class Erasing:
    """Finishes what was asked for; a few seconds later it looks again."""

    every_seconds = 5.0

    def __init__(self, office: Office) -> None:
        self._office = office
        self._place = Installation(office.settings.home, office.engine, office.secret)

    def run(self) -> bool:
        """Erase those who wait from the files; whether somebody was there to be erased, as more may have come meanwhile."""
        people = finish_erasures(self._place, clock=self._office.clock)
        if people:
            self._office.log.info("erased", people=people)
        return people > 0
