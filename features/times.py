"""How is a moment written, read and counted: int64 microseconds since 1970 UTC, and a time without a zone is refused."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from features.errors import InvalidInput

Timestamp: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z."""

SECOND: Timestamp = 1_000_000
MINUTE: Timestamp = 60 * SECOND
HOUR: Timestamp = 60 * MINUTE
DAY: Timestamp = 24 * HOUR
WEEK: Timestamp = 7 * DAY

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST_MONDAY = 4 * DAY


class NaiveTime(InvalidInput):
    """A time without a zone, or text that is no time."""


def parse_time(text: str) -> Timestamp:
    """Microseconds of an ISO 8601 time with a zone; a bare date means its midnight in UTC.

    Raises
    ------
    NaiveTime
        If the text is no ISO 8601 time, or has a clock but no zone.

    Examples
    --------
    >>> parse_time("1970-01-02") == DAY
    True
    >>> parse_time("1970-01-01T01:00:00+01:00")
    0
    """
    try:
        if len(text) == len("2026-03-01"):
            day = dt.date.fromisoformat(text)
            return to_timestamp(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC))
        return to_timestamp(dt.datetime.fromisoformat(text))
    except ValueError as error:
        raise NaiveTime(f"needed a date or an ISO 8601 time with a zone, like 2026-03-01T09:30:00Z; found {text!r}") from error


def to_timestamp(moment: dt.datetime) -> Timestamp:
    """Microseconds of a datetime that knows its zone.

    Raises
    ------
    NaiveTime
        If the datetime has no zone.
    """
    if moment.tzinfo is None:
        raise NaiveTime(f"needed a time with a zone, found {moment.isoformat()}; add Z for UTC")
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def to_datetime(moment: Timestamp) -> dt.datetime:
    """Return the moment as a datetime in UTC."""
    return _EPOCH + dt.timedelta(microseconds=moment)


def format_time(moment: Timestamp) -> str:
    """Return the moment in ISO 8601 with Z, with microseconds only where there are some.

    >>> format_time(DAY + HOUR)
    '1970-01-02T01:00:00Z'
    """
    return to_datetime(moment).isoformat().replace("+00:00", "Z")


def compact_time(moment: Timestamp) -> str:
    """Return the moment as it stands in folder names.

    >>> compact_time(DAY)
    '19700102T000000Z'
    """
    stamp = to_datetime(moment)
    return stamp.strftime("%Y%m%dT%H%M%S.%fZ" if stamp.microsecond else "%Y%m%dT%H%M%SZ")


def monday_at_or_before(moment: Timestamp) -> Timestamp:
    """Return the newest Monday 00:00 UTC that is not after the moment.

    >>> format_time(monday_at_or_before(parse_time("2026-03-04")))
    '2026-03-02T00:00:00Z'
    """
    return moment - (moment - _FIRST_MONDAY) % WEEK


def month_starts(first: Timestamp, last: Timestamp) -> list[Timestamp]:
    """Return the first days of months, midnight UTC, from `first` to `last`, both included if they are one.

    >>> [format_time(at)[:10] for at in month_starts(parse_time("2026-01-15"), parse_time("2026-03-01"))]
    ['2026-02-01', '2026-03-01']
    """
    day = to_datetime(first).date().replace(day=1)
    found = []
    while (start := to_timestamp(dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC))) <= last:
        if start >= first:
            found.append(start)
        day = (day + dt.timedelta(days=32)).replace(day=1)
    return found
