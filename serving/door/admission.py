"""How much work is taken on: a bound on requests in hand; above it the answer is a fast 503, so what was accepted stays fast."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from serving.door.problems import Overloaded


class Admission:
    """The bound of one process. Not for several threads: the requests of a process share one event loop.

    `in_hand` counts what waits as well as what runs; the web server's own count is better than ours, since it sees requests
    that were read and have not begun.
    """

    def __init__(self, limit: int, on_refusal: Callable[[], None] = lambda: None) -> None:
        self.limit = limit
        self._on_refusal = on_refusal
        self._running = 0
        self._queue: Callable[[], int] = lambda: 0

    def count_by(self, queue: Callable[[], int]) -> None:
        """Use the web server's count of requests it has begun to hand over."""
        self._queue = queue

    @property
    def in_hand(self) -> int:
        """Return how many requests wait or run now."""
        return max(self._running, self._queue())

    @property
    def is_full(self) -> bool:
        """Whether one more request, or the one that asks, is too many."""
        return max(self._running + 1, self._queue()) > self.limit

    @property
    def has_no_place(self) -> bool:
        """Whether a request of which nobody knows yet is too many."""
        return self.in_hand >= self.limit

    def refused(self) -> Overloaded:
        """Count a refusal, and return what it says."""
        self._on_refusal()
        return self.overloaded()

    def overloaded(self) -> Overloaded:
        """Return what a refusal says."""
        return Overloaded(f"More than {self.limit} requests are in hand; nothing was done. Try again after a second.")

    def place(self) -> Self:
        """Return what holds a place while a request is served, in a `with` block.

        Raises
        ------
        Overloaded
            By that block, if every place is taken; nothing was done for the request.
        """
        return self

    def __enter__(self) -> Self:
        if self.is_full:
            raise self.refused()
        self._running += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running -= 1
