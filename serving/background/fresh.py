"""How do predictions follow events within seconds: whoever's rows came to the log is predicted anew, as of now.

All of it can be killed at any point and done again: news is taken up from the log itself when another process leads, and a row
put in place of one is the same row, later.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.contracts.sources import OFFERS, SOURCES
from features.engine.fresh import changed_customers
from features.errors import LifecycleError
from features.home import Home
from features.log.manifest import read_manifest
from features.log.store import EventLog
from features.times import HOUR, Timestamp
from models.bundle import read_live
from serving.background.office import Office
from serving.database import reading
from serving.database.fresh import FreshRow, drop_fresh, drop_others, drop_settled, left_behind, write_fresh
from serving.database.inbox import known_until, who_waits
from serving.fresh.desk import Desk, NotRecomputable, open_desk
from serving.fresh.recomputing import recomputed
from serving.live.state import LiveState
from serving.privacy.tombstones import erased_among

_OF_CUSTOMERS = tuple(source for source in SOURCES if source != OFFERS.name)
"""What customers do. Our decision about one is no news: as of now, with feeds that ended last night, they would look silent."""

AT_ONCE = 200
"""So many customers are predicted anew in one go: a second's work at most, after which what is found stands in the database."""

LOADED_SECONDS = 60.0
"""So long the models of the live state may take to be loaded, by a thread that begins when they go live."""


class FreshTask:
    """Predicts anew whoever has news. One at a time: the process that leads."""

    every_seconds = 0.5

    def __init__(self, office: Office) -> None:
        self._office = office
        self._desk: Desk | None = None
        self._next: Desk | None = None
        self._refused: str | None = None

    def run(self) -> bool:
        """Predict a portion of those with news; whether more wait."""
        state = self._office.live.in_service().state
        if state is None or read_manifest(self._home) is None or not self._seated(state):
            return False
        self._look_ahead()
        taken = self._office.news.take(AT_ONCE)
        try:
            waiting = self._predict(taken)
        except BaseException:
            self._office.news.put_back(taken)
            raise
        self._office.news.put_back(waiting)
        return len(self._office.news) > len(waiting)

    @property
    def _home(self) -> Home:
        return self._office.settings.home

    def _seated(self, state: LiveState) -> bool:
        """Open what is live and see that everybody with news since its snapshot is noted; False where nobody can be predicted."""
        moved = self._desk is None or self._desk.live != state.live
        if moved and not self._opened(state):
            return False
        log = EventLog.open(self._home)
        if moved or not self._office.news.speaks_for(log.digest):
            changed = changed_customers(log, since=state.as_of, until=self._now(), sources=_OF_CUSTOMERS)
            self._office.news.catch_up(log.digest, changed.to_pylist())
        if moved:
            self._tidy(state)
        return True

    def _opened(self, state: LiveState) -> bool:
        if self._refused == state.live.predictions:
            return False
        try:
            self._desk = open_desk(self._home, state.live, models=state.workings.models(patience_seconds=LOADED_SECONDS))
        except NotRecomputable as fault:  # said once: only another publication can mend it
            self._refused = state.live.predictions
            self._office.log.error("fresh_refused", why=str(fault))
            return False
        return True

    def _predict(self, ids: Sequence[str]) -> list[str]:
        """Predict these anew, as of a moment up to which the log knows all; return of whom more waits to come there."""
        if not ids:
            return []
        with self._office.writing() as connection:
            as_of, waiting = known_until(connection, now=self._office.clock()), who_waits(connection, ids)
        log = EventLog.open(self._home)  # after the news was taken, so that it holds what the news is of
        for desk in (self._next, self._desk):  # so that at no moment less is known under the next than under this one
            if desk is not None:
                self._keep(desk, recomputed(log, desk, ids=ids, as_of=as_of), ids=ids)
        return waiting

    def _keep(self, desk: Desk, rows: Sequence[FreshRow], *, ids: Sequence[str]) -> None:
        with self._office.writing() as connection:
            erased = erased_among(connection, self._office.secret, ids)
            kept = [row for row in rows if row.customer_id not in erased]
            gone = sorted(set(ids) - {row.customer_id for row in kept})
            drop_fresh(connection, gone, bundle=str(desk.live.bundle), company=str(desk.live.company))
            write_fresh(connection, kept)

    def _look_ahead(self) -> None:
        """Predict with what the pointer names already, too: others may serve from it before this process does.

        Whoever had news while it moved is predicted once more, so that nobody falls back.
        """
        desk, pointed = self._desk, read_live(self._home)
        if desk is None or pointed is None or pointed == desk.live:
            self._next = None
            return
        if self._next is not None and self._next.live == pointed:
            return
        try:
            self._next = open_desk(self._home, pointed)
        except LifecycleError:  # the watch over the live state says why it cannot be used
            self._next = None
            return
        with reading(self._office.engine) as connection:
            settled = self._next.frame.origin.as_of
            self._office.news.put_back(left_behind(connection, desk.live, ahead=pointed, settled=settled))

    def _tidy(self, state: LiveState) -> None:
        versions = {"bundle": state.versions.bundle, "company": state.versions.company}
        with self._office.writing() as connection:
            drop_settled(connection, **versions, as_of=state.as_of)
            drop_others(connection, **versions, before=self._now() - HOUR)

    def _now(self) -> Timestamp:
        # Windows are half-open: what became known in this very microsecond counts a microsecond later.
        return self._office.clock() + 1
