"""The task that removes what is over, once an hour: rows always, files while nobody publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.bundle.pointer import PublishingLocked
from serving.pruning.files import prune_files
from serving.pruning.rows import prune_rows

if TYPE_CHECKING:
    from serving.background.office import Office


class Prune:
    """Removes what the settings `[retention]` let go."""

    every_seconds = 3600.0

    def __init__(self, office: Office) -> None:
        self._office = office

    def run(self) -> bool:
        """Remove everything that is over; never more is due at once."""
        office, keep = self._office, self._office.settings.retention
        rows = prune_rows(office.engine, keep, now=office.clock())
        folders = 0
        try:
            folders = len(prune_files(office.settings.home, keep, now=office.clock()))
        except PublishingLocked:
            office.log.info("pruning_waits")
        if folders or any(rows.values()):
            office.log.info("pruned", folders=folders, rows=sum(rows.values()))
        return False
