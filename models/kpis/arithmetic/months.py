"""Over which time is a KPI taken: whole calendar months in UTC, as far as its sources are complete."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from features.times import DAY, Timestamp, format_time, month_starts, to_datetime

_LONGEST_MONTH = 31 * DAY


@dataclass(frozen=True)
class Period:
    """From `since` on, before `until`."""

    since: Timestamp
    until: Timestamp

    @property
    def name(self) -> str:
        """Return the month it begins in, such as `2026-03`."""
        return format_time(self.since)[:7]

    @property
    def quarter(self) -> str:
        """Return the quarter it begins in, such as `2026-Q1`."""
        began = to_datetime(self.since)
        return f"{began.year}-Q{(began.month + 2) // 3}"


def whole_months(until: Timestamp, count: int) -> tuple[Period, ...]:
    """Return the newest `count` calendar months that have ended by a moment, the oldest first.

    >>> from features.times import parse_time
    >>> [month.name for month in whole_months(parse_time("2026-03-15"), 2)]
    ['2026-01', '2026-02']
    """
    bounds = month_starts(until - (count + 2) * _LONGEST_MONTH, until)[-count - 1 :]
    return tuple(Period(since, end) for since, end in pairwise(bounds))


def running_month(as_of: Timestamp) -> Period | None:
    """Return the month that has begun and not ended by a moment; None where one has just ended."""
    began = month_starts(as_of - _LONGEST_MONTH, as_of)[-1]
    return Period(began, as_of) if began < as_of else None


def pooled(months: tuple[Period, ...]) -> Period:
    """Return the whole of successive months, of which there must be one."""
    return Period(months[0].since, months[-1].until)


def quarters_before(as_of: Timestamp, count: int) -> tuple[Period, ...]:
    """Return the newest `count` quarters that have begun before a moment, the oldest first; the last may still run."""
    starts = [at for at in month_starts(as_of - (3 * count + 3) * _LONGEST_MONTH, as_of - 1) if to_datetime(at).month % 3 == 1]
    chosen = starts[-count:]
    return tuple(Period(since, end) for since, end in zip(chosen, [*chosen[1:], _next_quarter(chosen[-1])], strict=True))


def _next_quarter(start: Timestamp) -> Timestamp:
    return month_starts(start + 1, start + 4 * _LONGEST_MONTH)[2]
