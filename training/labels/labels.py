"""What is a label: what became of each customer asked about, at moments whose horizon is over in every source that is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from features.errors import InvalidInput
from features.log.store import EventLog
from features.times import DAY, Timestamp, format_time
from models.rows import FloatArray


class ImmatureLabels(InvalidInput):
    """The horizon of a label is not over yet in one of the sources it reads, so nobody can know what happened."""

    def __init__(self, as_of: Timestamp, *, needed: Timestamp, observed: Mapping[str, Timestamp]) -> None:
        self.as_of, self.needed, self.observed = as_of, needed, dict(observed)
        found = "; ".join(_seen_so_far(source, until) for source, until in observed.items())
        super().__init__(
            f"labels as of {format_time(as_of)} need every source they read to be complete until {format_time(needed)}: "
            f"{found}. Import newer rows, or take an earlier date"
        )


@dataclass(frozen=True)
class Labels:
    """Who was asked about at `as_of`, and what became of them.

    `ids`: the customers, sorted bytewise. `values`: float64, one row per customer, one column per horizon (ascending) or answer.
    """

    as_of: Timestamp
    ids: pa.Array
    values: FloatArray


def observed_by(log: EventLog, until: Timestamp | None, *, sources: Iterable[str]) -> dict[str, Timestamp]:
    """Return how far each source is complete, seen from `until` (from the newest row if None); 0 for one never received."""
    observed = log.manifest.observed_until
    return {source: _seen(observed.get(source, 0), until) for source in sources}


def received(log: EventLog, sources: Iterable[str]) -> tuple[str, ...]:
    """Return those of the sources of which the log ever received a row; all of them if it received none.

    A company without tickets waits for none: what was never received holds nothing up, unless the labels insist on it.
    """
    wanted = tuple(sources)
    return tuple(source for source in wanted if source in log.manifest.observed_until) or wanted


def refuse_immature(as_of: Timestamp, watermarks: Mapping[str, Timestamp], *, gap_days: int) -> None:
    """Let a moment pass only if every source is complete until `gap_days` later.

    Raises
    ------
    ImmatureLabels
        Naming the sources that are not.
    """
    needed = as_of + gap_days * DAY
    short = {source: until for source, until in watermarks.items() if until < needed}
    if short:
        raise ImmatureLabels(as_of, needed=needed, observed=short)


def _seen_so_far(source: str, until: Timestamp) -> str:
    return f"{source} is complete until {format_time(until)}" if until else f"of {source} no row was ever received"


def _seen(observed: Timestamp, until: Timestamp | None) -> Timestamp:
    return observed if until is None else min(observed, until)
