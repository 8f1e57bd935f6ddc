"""What happened to one customer, as far as a page shows it: every row but those of use, and of these how many in each week.

Rows of use are many and alike, so that of them only the times are read. What the log says of whom somebody looked at lately is
remembered until the log says something else; what is not in the log yet is read each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.contracts.sources import SOURCES
from features.log.store import EventLog
from features.times import WEEK, Timestamp
from serving.history.reader import HistoryReader
from serving.history.versions import Version, standing, version_of

Times: TypeAlias = npt.NDArray[np.int64]

_MOST_KEPT = 512
_USAGE = "usage"
_ROWS = tuple(source for source in SOURCES if source != _USAGE)


@dataclass(frozen=True)
class Glance:
    """The past of one customer at a moment.

    `things`: as they stand, the newest first. `uses`: when the product was used, rising. `observed`: for each source of the log
    up to which moment all that had happened had arrived. `waiting`: rows that are known and in no prediction yet.
    """

    things: tuple[Version, ...]
    uses: Times
    observed: Mapping[str, Timestamp]
    waiting: int

    def of(self, source: str) -> tuple[Version, ...]:
        """Return the things of one source, the newest first."""
        return tuple(thing for thing in self.things if thing.source == source)

    def times_of(self, source: str) -> Times:
        """Return when the things of one source happened, rising."""
        return self.uses if source == _USAGE else np.array([thing.at for thing in reversed(self.of(source))], np.int64)


@dataclass(frozen=True)
class Logged:
    """What one version of the log says of one customer: every version of every row but those of use, and the uses alone."""

    versions: tuple[Version, ...]
    uses: tuple[tuple[str, Timestamp, Timestamp], ...]
    observed: Mapping[str, Timestamp]


_NOTHING = Logged((), (), {})


class Glances:
    """Looks at customers for one process; what the log says of the last few hundred it remembers."""

    def __init__(self, histories: HistoryReader) -> None:
        self._histories = histories
        self._said_by = ""
        self._kept: OrderedDict[str, Logged] = OrderedDict()
        self._lock = threading.Lock()

    async def look(self, customer_id: str, *, as_of: Timestamp, now: Timestamp) -> Glance:
        """Return what happened to a customer until `now`; `waiting` counts what was not known at `as_of`, that of the prediction.

        Raises
        ------
        Erased
            If the person was erased, whatever files still hold.
        LogDamaged, LogMoved
            If the log is not what was written, or is written faster than it is read.
        """
        return await self._histories.off_loop(lambda: self._looked(customer_id, as_of=as_of, now=now))

    def _looked(self, customer_id: str, *, as_of: Timestamp, now: Timestamp) -> Glance:
        told = self._histories.told(customer_id)  # before the log: what moves into it meanwhile is found there
        logged = self._histories.read(lambda log: _NOTHING if log is None else self._logged(log, customer_id))
        used = [version for version in told if version.source == _USAGE]
        things = standing((*logged.versions, *(version for version in told if version.source != _USAGE)), now)
        uses = _uses(chain(logged.uses, ((version.id, version.at, version.known_at) for version in used)), now=now)
        newer = sum(as_of <= thing.known_at and thing.source != "offers" for thing in things)
        return Glance(tuple(things), uses, logged.observed, newer + len({version.id for version in used}))

    def _logged(self, log: EventLog, customer_id: str) -> Logged:
        digest = log.digest
        with self._lock:
            if self._said_by != digest:  # of who was erased nothing is remembered either
                self._kept.clear()
                self._said_by = digest
            if customer_id in self._kept:
                self._kept.move_to_end(customer_id)
                return self._kept[customer_id]
        found = logged_of(log, customer_id)
        with self._lock:
            if self._said_by == digest:
                self._kept[customer_id] = found
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def logged_of(log: EventLog, customer_id: str) -> Logged:
    """Return what the log says of a customer; of use only when it was."""
    rows = [(source, row) for source in _ROWS for row in log.customer(source, customer_id).to_pylist()]
    names = ["event_id", "occurred_at", "known_at"]
    used = log.customer(_USAGE, customer_id, columns=names)
    ids, at, known_at = used["event_id"].to_pylist(), *(used[name].cast("int64").to_pylist() for name in names[1:])
    versions = tuple(version_of(source, row) for source, row in rows)
    return Logged(versions, tuple(zip(ids, at, known_at, strict=True)), log.manifest.observed_until)


def _uses(told: chain[tuple[str, Timestamp, Timestamp]], *, now: Timestamp) -> Times:
    """Return when each use was, of each the newest version known before `now`, rising."""
    newest: dict[str, tuple[Timestamp, Timestamp]] = {}
    for event_id, at, known_at in told:
        if known_at < now and (event_id not in newest or newest[event_id][0] < known_at):
            newest[event_id] = (known_at, at)
    return np.sort(np.array([at for _, at in newest.values() if at < now], np.int64))


def by_week(times: Times, *, end: Timestamp, weeks: int) -> Sequence[int]:
    """Return how many times lie in each of so many weeks of seven days, the oldest first, the last ending before `end`.

    >>> by_week(np.array([1, WEEK - 1, WEEK, 3 * WEEK]), end=3 * WEEK, weeks=2)
    [1, 0]
    """
    edges = end - WEEK * np.arange(weeks, -1, -1)
    counts: list[int] = np.diff(np.searchsorted(times, edges)).tolist()
    return counts
