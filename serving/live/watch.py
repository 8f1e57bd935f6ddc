"""Which live state answers now: the newest that could be verified, swapped by one assignment; a failure keeps the one before.

A thread looks at `live.json`, and at the files of the state in service, twice a second. What it finds new it verifies completely
before the swap. While the pointer's target cannot be used, it tries again at growing intervals, so that a restored file is taken
up without anybody moving the pointer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from features.times import SECOND
from serving.door.logs import Log
from serving.live.shelf import Mark
from serving.live.state import LiveState
from serving.metrics import Metrics

POLL_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class InService:
    """What answers now, and why it is not what the pointer names, if it is not. One reference, replaced as a whole."""

    state: LiveState | None
    trouble: str | None = None


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


class LiveWatch:
    """Holds the live state of one process. Readers take `in_service()` once; only the watching thread replaces it."""

    def __init__(self, shelf: Shelf, metrics: Metrics, log: Log, *, clock: Callable[[], float] = time.monotonic) -> None:
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
        self._thread = threading.Thread(target=self._watch, name="live-watch", daemon=True)

    def in_service(self) -> InService:
        """Return what answers now; a request calls this once."""
        return self._now

    def start(self, first_load_seconds: float) -> None:
        """Begin to watch, and wait that long at most until the first state is found or refused."""
        self._thread.start()
        self._looked.wait(first_load_seconds)

    def stop(self) -> None:
        """End the watching; the state stays."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(LONGEST_WAIT_SECONDS)

    def look(self) -> None:
        """Look once: verify and swap if something changed, or if it is time to try again."""
        # The pointer's mark is taken before it is read: if it moves meanwhile, the next look sees that.
        pointer = self._shelf.pointer_mark()
        changed = (pointer, self._shelf.files_mark(self._now.state)) != self._mark
        if not changed and not (self._now.trouble and self._clock() >= self._retry_at):
            return
        try:
            fresh = self._shelf.newest()
        except Exception as fault:  # whatever is wrong with stored files, the state in service must outlive it
            self._keep_old(fault, changed=changed)
        else:
            self._swap(fresh)
        self._mark = (pointer, self._shelf.files_mark(self._now.state))

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self.look()
            except Exception as fault:  # the thread must outlive any fault, or the state in service would silently stay for ever
                self._log.error("live_watch_fault", fault=type(fault).__name__)
            self._looked.set()
            self._end.wait(POLL_SECONDS)

    def _swap(self, fresh: LiveState) -> None:
        before, self._now = self._now.state, InService(fresh)
        self._wait = POLL_SECONDS
        if before is None or before.versions != fresh.versions:
            self._metrics.swaps.inc()
            self._log.info("live", bundle=fresh.versions.bundle, snapshot=fresh.versions.snapshot, company=fresh.versions.company)
        self._report()

    def _keep_old(self, fault: Exception, *, changed: bool) -> None:
        self._wait = POLL_SECONDS if changed else min(2 * self._wait, LONGEST_WAIT_SECONDS)
        self._retry_at = self._clock() + self._wait
        trouble = f"{type(fault).__name__}: {fault}"
        self._metrics.swap_failures.inc()
        self._log.error("live_refused", why=trouble, retry_seconds=self._wait)
        self._now = InService(self._now.state or self._shelf.last_good(), trouble)
        self._report()

    def _report(self) -> None:
        self._metrics.degraded.set(float(self._now.trouble is not None))
        if self._now.state is not None:
            self._metrics.as_of.set(self._now.state.as_of / SECOND)
