"""Which live state answers now: the newest that could be verified, swapped by one assignment; a failure keeps the one before.

A thread looks at `live.json`, and at the files of the state in service, twice a second. What it finds new it verifies completely
before the swap, and it waits a little until nobody would be told less than before. While the pointer's target cannot be used, it
tries again at growing intervals, so that a restored file is taken up without anybody moving the pointer. Another thread asks each
second what came since the snapshot, so that no verification holds that up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from features.times import SECOND
from serving.database import DatabaseUnavailable
from serving.door.logs import Log
from serving.live.overlay import Overlay
from serving.live.shelf import Mark
from serving.live.state import LiveState
from serving.vitals.metrics import Metrics

POLL_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
NEWS_SECONDS = 1.0
SILENCE_SECONDS = 10.0
CATCH_UP_LOOKS = 50
"""So often it is looked whether who had news while the pointer moved was predicted anew, before the swap comes anyway."""
CATCH_UP_SECONDS = 0.1


@dataclass(frozen=True)
class InService:
    """What answers now, and why it is not what the pointer names, if it is not. One reference, replaced as a whole.

    `is_fresh`: whether the database told lately what came since the snapshot.
    """

    state: LiveState | None
    trouble: str | None = None
    is_fresh: bool = True


class Shelf(Protocol):
    """Where live states are read from."""

    def pointer_mark(self) -> Mark:
        """Return what changes whenever the pointer moves."""

    def files_mark(self, state: LiveState | None) -> Mark:
        """Return what changes whenever a file of the state changes."""

    def newest(self) -> LiveState:
        """Return what the pointer names, verified."""

    def last_good(self) -> LiveState | None:
        """Return the newest state that was in service before and still can be; None if there is none."""


class News(Protocol):
    """Where is asked what came since a snapshot."""

    @property
    def silent_seconds(self) -> float:
        """Return how long ago there was an answer."""

    def of(self, state: LiveState) -> Overlay:
        """Return what came since this state's snapshot."""

    def is_behind(self, ahead: LiveState, state: LiveState) -> bool:
        """Return whether `ahead` knows less of somebody than `state` does."""


class LiveWatch:
    """Holds the live state of one process. Readers take `in_service()` once; only the watching threads replace it.

    `news` None: nothing is asked of the database, and nobody is fresh or erased.
    """

    def __init__(
        self,
        shelf: Shelf,
        metrics: Metrics,
        log: Log,
        *,
        news: News | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shelf = shelf
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self._now = InService(None, "the first state is still being verified")
        self._mark: Mark = ()
        self._wait = POLL_SECONDS
        self._retry_at = 0.0
        self._end = threading.Event()
        self._looked = threading.Event()
        self._news = news
        self._refused = 0
        self._replacing = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="live-watch", daemon=True)
        self._listening = threading.Thread(target=self._listen, name="live-news", daemon=True)

    def in_service(self) -> InService:
        """Return what answers now; a request calls this once."""
        return self._now

    def start(self, first_load_seconds: float) -> None:
        """Begin to watch, and wait that long at most until the first state is found or refused."""
        self._thread.start()
        self._looked.wait(first_load_seconds)
        if self._news is not None:
            self._listening.start()

    def stop(self) -> None:
        """End the watching; the state stays."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(LONGEST_WAIT_SECONDS)
        if self._listening.is_alive():
            self._listening.join(LONGEST_WAIT_SECONDS)

    def look(self) -> None:
        """Look once: verify and swap if something changed, or if it is time to try again."""
        # The pointer's mark is taken before it is read: if it moves meanwhile, the next look sees that.
        pointer, refused = self._shelf.pointer_mark(), self._rows_refused()
        changed = refused or (pointer, self._shelf.files_mark(self._now.state)) != self._mark
        if not changed and not (self._now.trouble and self._clock() >= self._retry_at):
            return
        try:
            fresh = self._shelf.newest()
        except Exception as fault:  # whatever is wrong with stored files, the state in service must outlive it
            self._keep_old(fault, changed=changed)
        else:
            self._swap(fresh)
        self._mark = (pointer, self._shelf.files_mark(self._now.state))

    def listen(self) -> None:
        """Ask once what came since the snapshot in service, and lay it over."""
        with self._replacing:
            if self._now.state is not None:
                state = self._overlaid(self._now.state)
                self._now = replace(self._now, state=state, is_fresh=self._hears())

    def _hears(self) -> bool:
        return self._news is None or self._news.silent_seconds < SILENCE_SECONDS

    def _overlaid(self, state: LiveState) -> LiveState:
        if self._news is None:
            return state
        try:
            overlay = self._news.of(state)
        except (DatabaseUnavailable, SQLAlchemyError):  # what was known last stays, and answers say that it may be old
            return state
        return state if overlay is state.overlay else state.overlaid(overlay)

    def _rows_refused(self) -> bool:
        """Whether a row of the state in service was refused since the last look; counted and logged."""
        refused = self._now.state.predictions.rows.refused if self._now.state else 0
        new, self._refused = refused - self._refused, refused
        if new > 0:
            self._metrics.damaged_rows.inc(new)
            self._log.error("rows_refused", rows=new)
        return new > 0

    def _listen(self) -> None:
        while not self._end.wait(NEWS_SECONDS):
            try:
                self.listen()
            except Exception as fault:  # the thread must outlive any fault, or nobody would ever be fresh again
                self._log.error("live_news_fault", fault=type(fault).__name__)

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self.look()
            except Exception as fault:  # the thread must outlive any fault, or the state in service would silently stay for ever
                self._log.error("live_watch_fault", fault=type(fault).__name__)
            self._looked.set()
            self._end.wait(POLL_SECONDS)

    def _let_catch_up(self, fresh: LiveState) -> None:
        """Wait until nobody would be told less than before: whoever had news while the pointer moved is being predicted anew."""
        for _ in range(CATCH_UP_LOOKS):
            if not self._is_behind(fresh) or self._end.wait(CATCH_UP_SECONDS):
                return
        self._log.warning("swapped_behind", bundle=fresh.versions.bundle)

    def _is_behind(self, fresh: LiveState) -> bool:
        now = self._now.state
        if self._news is None or now is None:
            return False
        try:
            return self._news.is_behind(fresh, now)
        except (DatabaseUnavailable, SQLAlchemyError):  # then nobody can be predicted anew, either
            return False

    def _swap(self, fresh: LiveState) -> None:
        self._let_catch_up(fresh)
        with self._replacing:
            # What came since is laid over before the swap, so that nobody falls back to an older answer.
            before, self._now = self._now.state, InService(self._overlaid(fresh), None, self._hears())
        self._refused, self._wait = 0, POLL_SECONDS
        fresh.workings.start()
        if before is None or before.versions != fresh.versions:
            self._metrics.swaps.inc()
            earlier = None if before is None else msgspec.structs.astuple(before.versions)
            self._metrics.signs.show_versions(earlier, msgspec.structs.astuple(fresh.versions))
            self._log.info("live", bundle=fresh.versions.bundle, snapshot=fresh.versions.snapshot, company=fresh.versions.company)
        self._report()

    def _keep_old(self, fault: Exception, *, changed: bool) -> None:
        self._wait = POLL_SECONDS if changed else min(2 * self._wait, LONGEST_WAIT_SECONDS)
        self._retry_at = self._clock() + self._wait
        trouble = f"{type(fault).__name__}: {fault}"
        self._metrics.swap_failures.inc()
        self._log.error("live_refused", why=trouble, retry_seconds=self._wait)
        with self._replacing:
            self._now = InService(self._best(), trouble, self._hears())
        self._report()

    def _best(self) -> LiveState | None:
        """Return the state in service where its predictions are still whole, else the newest that is; at worst the one it is.

        One that is not whole refuses the rows that are damaged and answers about all others.
        """
        now = self._now.state
        if now is not None and now.predictions.is_whole():
            return now
        found = self._shelf.last_good()
        if found is None:
            return now
        found.workings.start()
        self._refused = 0
        return self._overlaid(found)

    def _report(self) -> None:
        self._metrics.degraded.set(float(self._now.trouble is not None))
        if self._now.state is not None:
            self._metrics.as_of.set(self._now.state.as_of / SECOND)
