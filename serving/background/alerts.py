"""How do alerts follow what is live: all of them when other predictions go live, and those of who is fresh as they come."""

from __future__ import annotations

from serving.background.office import Office
from serving.database import reading
from serving.live.state import LiveState
from serving.notices.said import Said, fresh_sayings, said_by
from serving.notices.taking_down import AT_ONCE, Book, take_down_all, take_down_fresh


class AlertTask:
    """Takes down which alerts stand. What it remembers spares work only: a process that begins anew compares everything once."""

    every_seconds = 2.0

    def __init__(self, office: Office) -> None:
        self._office = office
        self._book = Book(office.engine, office.clock, office.secret, office.metrics.background.count_alerts)
        self._said: Said | None = None
        self._sequence = 0

    def run(self) -> bool:
        """Take down what changed since the last time; whether more of it waits."""
        state = self._office.live.in_service().state
        if state is None:
            return False
        if self._said is None or self._said.state.live != state.live:
            self._take_down_all(state)
            return False
        return self._take_down_fresh(self._said)

    def _take_down_all(self, state: LiveState) -> None:
        said = said_by(self._office.settings.home, state)
        self._sequence = take_down_all(self._book, said)
        self._said = said
        self._office.log.info("alerts_taken_down", bundle=state.versions.bundle, snapshot=state.versions.snapshot)

    def _take_down_fresh(self, said: Said) -> bool:
        with reading(self._office.engine) as connection:
            fresh = fresh_sayings(connection, said, after=self._sequence, limit=AT_ONCE)
        if fresh:
            take_down_fresh(self._book, said, fresh)
            self._sequence = fresh[-1].sequence
        return len(fresh) == AT_ONCE
