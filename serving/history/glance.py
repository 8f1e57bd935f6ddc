"""What happened to one customer, as far as a page shows it: every row but those of use, and of these how many in each week.

Rows of use are many and alike, so that of them only the times are read, each time. Row groups of the other sources are kept
decoded, as many as have room, since whoever is looked at next often stands in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.log.kept_groups import KeptGroups
from features.log.store import EventLog
from features.times import WEEK, Timestamp
from serving.history.reader import HistoryReader
from serving.history.versions import Version, standing, version_of

Times: TypeAlias = npt.NDArray[np.int64]

MOST_KEPT_BYTES = 96_000_000
"""A hundred thousand customers take some 160 MB, of which purchases are half."""

_USAGE = "usage"
_OF_USE = ("event_id", "known_at", "occurred_at")
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer_id", "known_at", "first_seen_at", "joined_at", "profile_known_at", "consent", "display_name"),
    "tickets": (
        "ticket_id", "known_at", "opened_at", "channel", "topic", "complaint", "first_response_at", "resolved_at",
        "last_update_at", "abandoned", "delighted",
    ),
    "purchases": ("purchase_id", "known_at", "occurred_at", "kind", "product_id", "category", "revenue", "term_days"),
    "surveys": ("survey_id", "known_at", "answered_at", "kind", "score", "comment_topic", "comment_sentiment"),
    "mentions": ("mention_id", "known_at", "occurred_at", "network", "sentiment"),
    "milestones": ("milestone_id", "known_at", "reached_at", "milestone"),
    "offers": (
        "exposure_id", "known_at", "decided_at", "offer_id", "channel", "agent_id", "shown_at", "outcome", "outcome_at",
        "outcome_reason",
    ),
}  # fmt: skip
"""The columns that a page shows or needs to know what stands: of each source its key, `known_at`, its time and what says most."""


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


class Glances:
    """Looks at customers for one process; row groups of the log that it read it keeps decoded, up to so many bytes."""

    def __init__(self, histories: HistoryReader, *, most_bytes: int = MOST_KEPT_BYTES) -> None:
        self._histories = histories
        self._groups = KeptGroups(most_bytes=most_bytes)

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

    def _logged(self, log: EventLog, customer_id: str) -> _Logged:
        read = {source: self._groups.customer(log, source, customer_id, columns=names) for source, names in _SHOWN.items()}
        versions = [version_of(source, row) for source, rows in read.items() for row in rows.to_pylist()]
        used = log.customer(_USAGE, customer_id, columns=_OF_USE)
        uses = zip(
            used["event_id"].to_pylist(), *(_microseconds(used, name) for name in ("occurred_at", "known_at")), strict=True
        )
        return _Logged(tuple(versions), tuple(uses), log.manifest.observed_until)


class _Logged(NamedTuple):
    """What the log says of one customer: every version of every row but those of use, and of these id, time and `known_at`."""

    versions: Sequence[Version]
    uses: Sequence[tuple[str, Timestamp, Timestamp]]
    observed: Mapping[str, Timestamp]


_NOTHING = _Logged((), (), {})


def _microseconds(rows: pa.Table, name: str) -> list[Timestamp]:
    found: list[Timestamp] = rows[name].cast("int64").to_pylist()
    return found


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
