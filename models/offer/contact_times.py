"""When do customers say yes: acceptance by hour of day and day of week on each channel, or that nobody can tell yet.

Learned from when offers were really shown, all times UTC. Who was contacted when was somebody's choice, so an hour may be good
for its customers and not for itself; it is named only where chance is no explanation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.times import DAY, HOUR, monday_at_or_before
from models.rows import FloatArray

FEWEST_SHOWN, FEWEST_POSITIVES = 200, 50
"""Of a channel with fewer offers shown, or fewer of them accepted, no time is called better than another."""

_DRAWN_TO = 50.0  # an hour counts as having been seen so often at the channel's own rate before it was ever seen
_SURE = 3.0  # standard errors, so that of 24 hours and 7 days none stands out by chance in 12 of 13 channels
ZONE = "UTC"


@dataclass(frozen=True)
class ContactTimes:
    """Acceptance on one channel by hour (24) and weekday (7, Monday first), each drawn towards the channel's own `rate`.

    `best_hours` and `best_weekdays`: those where the share accepted is above that rate for sure, the best first; empty where none
    stands out. `known` is False where too little was seen, and then both are empty. Hours are those of `ZONE`.
    """

    channel: str
    shown: int
    accepted: int
    known: bool
    rate: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    best_hours: tuple[int, ...]
    best_weekdays: tuple[int, ...]

    def words(self) -> str:
        """Return in a sentence when to contact."""
        if not self.known:
            return f"best contact hours on {self.channel}: not known yet ({self.shown} shown, {self.accepted} accepted)"
        if not self.best_hours:
            return f"best contact hours on {self.channel}: none stands out among {self.shown} shown"
        hours = ", ".join(f"{hour:02d}-{hour + 1:02d}" for hour in self.best_hours)
        return f"best contact hours on {self.channel} ({ZONE}): {hours}"

    def to_json(self) -> dict[str, Any]:
        """Return the times as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ContactTimes:
        """Return the times that `to_json` wrote."""
        lists = {name: tuple(each) for name, each in value.items() if isinstance(each, list)}
        return cls(**{**value, **lists})


def contact_times(channel: str, shown_at: npt.NDArray[np.int64], accepted: FloatArray) -> ContactTimes:
    """Return when customers say yes on a channel, from the moments offers were shown and 1.0 for those accepted."""
    rate, positives = float(accepted.mean()) if len(accepted) else 0.0, int(accepted.sum())
    known = len(shown_at) >= FEWEST_SHOWN and positives >= FEWEST_POSITIVES
    mondays = monday_at_or_before(0)
    hours, weekdays = (shown_at % DAY) // HOUR, ((shown_at - mondays) // DAY) % 7
    by_hour, by_weekday = (_Shares.of(codes, accepted, size=size) for codes, size in ((hours, 24), (weekdays, 7)))
    best = [each.best(rate) if known else () for each in (by_hour, by_weekday)]
    return ContactTimes(
        channel, len(shown_at), positives, known, rate, by_hour.drawn(rate), by_weekday.drawn(rate), best[0], best[1]
    )


@dataclass(frozen=True)
class _Shares:
    shown: FloatArray
    accepted: FloatArray

    @classmethod
    def of(cls, codes: npt.NDArray[np.int64], accepted: FloatArray, *, size: int) -> _Shares:
        shown = np.bincount(codes, minlength=size).astype(np.float64)
        return cls(shown, np.bincount(codes, weights=accepted, minlength=size).astype(np.float64))

    def drawn(self, rate: float) -> tuple[float, ...]:
        shares = (self.accepted + _DRAWN_TO * rate) / (self.shown + _DRAWN_TO)
        return tuple(shares.tolist())

    def best(self, rate: float) -> tuple[int, ...]:
        expected = self.shown * rate
        deviation = np.sqrt(np.maximum(self.shown * rate * (1.0 - rate), 1e-12))
        sure = np.flatnonzero(self.accepted > expected + _SURE * deviation)
        drawn = np.array(self.drawn(rate))
        return tuple(sure[np.argsort(-drawn[sure], kind="stable")].tolist())
