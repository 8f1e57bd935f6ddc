"""Of whom does the log know more than their predictions: whoever's rows were just moved there, until they are taken up.

The queue lives in the process that leads, and only repeats what the log says. It names the log it speaks for: where that is not
the log that is there (at the start, or after an import by another process), it is filled from the log itself:

    log = EventLog.open(home)
    if not news.speaks_for(log.digest):
        news.catch_up(log.digest, changed_customers(log, since=as_of_of_the_live_snapshot, until=now).to_pylist())
    for customer_id in news.take(200): ...
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import islice


class News:
    """Customers in the order their news came, each once; for several threads."""

    def __init__(self) -> None:
        self._waiting: dict[str, None] = {}
        self._digest: str | None = None
        self._lock = threading.Lock()

    def note(self, customer_ids: Iterable[str], *, before: str, after: str) -> None:
        """Add whose rows turned the log of digest `before` into that of `after`."""
        with self._lock:
            self._waiting |= dict.fromkeys(customer_ids)
            if self._digest == before:
                self._digest = after

    def take(self, most: int) -> list[str]:
        """Remove and return the customers who wait longest."""
        with self._lock:
            taken = list(islice(self._waiting, most))
            for customer_id in taken:
                del self._waiting[customer_id]
            return taken

    def put_back(self, customer_ids: Iterable[str]) -> None:
        """Return customers who were taken and could not be taken up; they go first."""
        with self._lock:
            self._waiting = dict.fromkeys(customer_ids) | self._waiting

    def speaks_for(self, digest: str) -> bool:
        """Say whether everybody with news in the log of this digest was noted."""
        with self._lock:
            return self._digest == digest

    def catch_up(self, digest: str, customer_ids: Iterable[str]) -> None:
        """Add everybody of whom the log of this digest knows more than the live snapshot."""
        with self._lock:
            self._waiting |= dict.fromkeys(customer_ids)
            self._digest = digest

    def __len__(self) -> int:
        return len(self._waiting)
