"""From when until when does a source reach, and which days and weeks are those: days from 1970-01-01, weeks from a Monday.

Weeks are counted from Monday 1969-12-29.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.contracts.schemas import LATEST
from features.quality.counting.stretches import Segment
from features.quality.report import Stretch, six_digits
from features.times import DAY, WEEK, Timestamp, format_time

DAYS = LATEST // DAY
WEEKS = (DAYS + 2) // 7 + 1
STRAY_DAYS = 365
"""Rows further than this from all others are strays, if they are few: a default date, a wrong century."""
_STRAY_SHARE = 0.01
_MONDAY = 3  # days from the first Monday to 1970-01-01

Ints = NDArray[np.int64]


def week_of(moments: Ints) -> Ints:
    """Return the number of the week of each moment.

    >>> week_of(np.array([0, 4 * DAY])).tolist()
    [0, 1]
    """
    return (moments + _MONDAY * DAY) // WEEK


def by_week(days: Ints) -> Ints:
    """Add up counts of all days into weeks."""
    padded = np.concatenate([np.zeros(_MONDAY, np.int64), days, np.zeros(WEEKS * 7 - _MONDAY - len(days), np.int64)])
    weeks: Ints = padded.reshape(-1, 7).sum(axis=1)
    return weeks


def day_text(day: int) -> str:
    """Return the date of a day.

    >>> day_text(4)
    '1970-01-05'
    """
    return format_time(day * DAY)[:10]


@dataclass(frozen=True)
class Span:
    """The days from a source's first row until after its last, strays left out; those from `open_day` on are not complete.

    Places of weeks are counted from the week of `first_day`.
    """

    first_day: int
    end_day: int
    open_day: int

    @classmethod
    def of(cls, days: Ints, *, observed_until: Timestamp, delay_days: float) -> Span:
        """Find the span of rows by day; the newest days count as complete once their rows are no longer on their way."""
        filled = np.flatnonzero(days)
        parts = np.split(filled, np.flatnonzero(np.diff(filled) > STRAY_DAYS) + 1)
        kept = np.concatenate([part for part in parts if days[part].sum() >= _STRAY_SHARE * days.sum()])
        open_day = int((observed_until - delay_days * DAY) // DAY)
        return cls(int(kept[0]), max(int(kept[-1]) + 1, open_day), open_day)

    @property
    def weeks(self) -> slice:
        """Return the weeks of the span, of all there are."""
        return slice((self.first_day + _MONDAY) // 7, (self.end_day - 1 + _MONDAY) // 7 + 1)

    def whole_weeks(self) -> slice:
        """Return the places of the weeks that are complete from Monday to Sunday."""
        first = self.weeks.start
        return slice(-(-(self.first_day + _MONDAY) // 7) - first, max((self.open_day + _MONDAY) // 7 - first, 0))

    def place_of(self, day: int) -> int:
        """Return the place of the week of a day."""
        return (day + _MONDAY) // 7 - (self.first_day + _MONDAY) // 7

    def monday(self, place: int) -> str:
        """Return the date on which the week at a place begins."""
        return day_text((self.weeks.start + place) * 7 - _MONDAY)

    def stretch(self, part: Segment, *, figure: float, beside: float, weeks: int) -> Stretch:
        """Give a segment its dates; one that begins with the first of all `weeks`, or ends with the last, is open there."""
        begin = self.monday(part.begin) if part.begin else None
        end = self.monday(part.end) if part.end < weeks else None
        return Stretch(begin, end, six_digits(figure), six_digits(beside))
