"""What was told, and what does the log hold of it: each acknowledged row once, no delivery in half, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from features.contracts.sources import USAGE
from features.home import Home
from features.log.store import EventLog

ROWS = 3
"""Rows of each delivery."""


@dataclass(frozen=True)
class Told:
    """One delivery: who told it, and its number."""

    who: str
    number: int

    @property
    def event_ids(self) -> list[str]:
        """Return the ids of its rows."""
        return [f"{self.who}-{self.number}-{place}" for place in range(ROWS)]


@dataclass(frozen=True)
class Verdict:
    """How many rows were acknowledged, and how many of them the log lacks, holds twice, or holds without their delivery."""

    acknowledged: int
    lost: int
    twice: int
    halves: int
    unknown: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.twice or self.halves or self.unknown)

    @property
    def text(self) -> str:
        """Return it in words."""
        return f"{self.lost} lost, {self.twice} twice, {self.halves} half deliveries of {self.acknowledged:,} acknowledged rows"


def body_of(told: Told) -> bytes:
    """Return the body of a delivery."""
    rows = [
        {"customer_id": f"c{told.number % 50}", "event_id": event_id, "occurred_at": "2026-01-01T00:00:00Z", "feature": "x"}
        for event_id in told.event_ids
    ]
    return json.dumps({"source": USAGE.name, "rows": rows}).encode()


def verdict(home: Home, acknowledged: Collection[Told], *, open_ends: Collection[Told] = ()) -> Verdict:
    """Compare what was acknowledged with the log; `open_ends` were sent and never answered, so they may be there or not."""
    found = Counter(_event_ids(home))
    expected = {event_id for told in acknowledged for event_id in told.event_ids}
    allowed = expected | {event_id for told in open_ends for event_id in told.event_ids}
    halves = sum(0 < sum(event_id in found for event_id in told.event_ids) < ROWS for told in (*acknowledged, *open_ends))
    return Verdict(
        acknowledged=len(expected),
        lost=len(expected - set(found)),
        twice=sum(count > 1 for count in found.values()),
        halves=halves,
        unknown=len(set(found) - allowed),
    )


def _event_ids(home: Home) -> list[str]:
    log = EventLog.open(home)
    buckets = [log.bucket(USAGE.name, bucket, [USAGE.key]) for bucket in range(log.manifest.buckets)]
    return [event_id for rows in buckets for event_id in rows[USAGE.key].to_pylist()]
