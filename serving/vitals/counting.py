"""How are observations counted that come by the thousand: left in a queue, taken later, and added to each bucket at once.

Adding to a counter that several processes share costs microseconds, so no request does it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from prometheus_client import Histogram

Series = TypeVar("Series", bound=Hashable)

_MOST_WAITING = 1_000_000


class Tally(Histogram):
    """A histogram to which many observations are added at once."""

    def add(self, amounts: Sequence[float]) -> None:
        """Add these observations, each bucket and the sum once."""
        for place, count in Counter(bisect_left(self._upper_bounds, amount) for amount in amounts).items():
            self._buckets[place].inc(count)
        self._sum.inc(sum(amounts))


class Uncounted(Generic[Series]):
    """Observations that wait to be counted, each of a series. Any thread may leave and take; beyond a million the oldest go."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Series, float]] = deque(maxlen=_MOST_WAITING)

    def leave(self, series: Series, amount: float) -> None:
        """Leave one observation."""
        self._waiting.append((series, amount))

    def taken(self) -> Mapping[Series, Sequence[float]]:
        """Return what waits, by series, and let go of it; two threads never get the same."""
        found: dict[Series, list[float]] = {}
        for _ in range(len(self._waiting)):
            try:
                series, amount = self._waiting.popleft()
            except IndexError:  # another thread was quicker
                break
            found.setdefault(series, []).append(amount)
        return found
