"""What brings the event log up to what was told: the inbox, decisions with what came of them, and fewer files to read.

Another writer of the log, such as an import, is waited for; that is no failure.
"""

from __future__ import annotations

import time
from collections import Counter

from features.log.compaction import compact
from features.log.manifest import read_manifest
from features.log.writer import LogLocked
from serving.background.into_log.drain import DrainRunning, drain, is_due
from serving.background.into_log.inbox import InboxInHand, empty_inbox, waits
from serving.background.into_log.way import Way
from serving.background.office import Office

COMPLETE_SECONDS = 600.0
"""So often it is said of sources that bring nothing that they are complete: each time the manifest is written anew."""
MOST_DELTAS = 8
"""So many files may lie beside the base of a source before they are folded in."""


class _Pause:
    """Says whether it is time again; at first it is."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._next

    def begin(self) -> None:
        self._next = time.monotonic() + self._seconds


class EmptyInbox:
    """Moves acknowledged rows into the log."""

    every_seconds = 0.25

    def __init__(self, office: Office) -> None:
        self._office = office
        self._quiet = _Pause(COMPLETE_SECONDS)

    def run(self) -> bool:
        """Move what waits."""
        office = self._office
        if not waits(office.engine) and not self._quiet.is_over:
            return False
        try:
            empty_inbox(Way(office.settings.home, office.engine, office.news), now=office.clock())
        except (LogLocked, InboxInHand):
            return False
        self._quiet.begin()
        return waits(office.engine)


class DrainDecisions:
    """Moves decisions and what was told about them into the log."""

    every_seconds = 2.0

    def __init__(self, office: Office) -> None:
        self._office = office
        self._quiet = _Pause(COMPLETE_SECONDS)

    def run(self) -> bool:
        """Move what is new."""
        office = self._office
        if not is_due(office.engine) and not self._quiet.is_over:
            return False
        try:
            drain(office.settings.home, office.engine, now=office.clock(), news=office.news)
        except (LogLocked, DrainRunning):
            return False
        self._quiet.begin()
        return False


class CompactLog:
    """Folds deltas into their base where a source has many."""

    every_seconds = 60.0

    def __init__(self, office: Office) -> None:
        self._office = office

    def run(self) -> bool:
        """Fold if it is due."""
        home = self._office.settings.home
        manifest = read_manifest(home)
        deltas = Counter(file.source for file in manifest.log_files if file.is_delta) if manifest else Counter[str]()
        if max(deltas.values(), default=0) <= MOST_DELTAS:
            return False
        try:
            compact(home)
        except LogLocked:
            return False
        self._office.log.info("log_compacted", deltas=deltas.total())
        return False
