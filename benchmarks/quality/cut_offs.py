"""At which past moments is everybody asked: a rule stated before looking, and every moment it gives is shown.

Every eight weeks back from the newest midnight whose labels are mature, as long as two monthly snapshots with closed labels are
left to learn from.
"""

from __future__ import annotations

from features.times import DAY, Timestamp, month_starts

APART = 56 * DAY
FEWEST_MONTHS = 2


def cut_offs(begins: Timestamp, complete_until: Timestamp, *, horizon_days: int) -> list[Timestamp]:
    """Return the moments, oldest first, of data that begin and are complete at the moments given.

    Examples
    --------
    >>> from features.times import format_time, parse_time
    >>> moments = cut_offs(parse_time("2017-01-02"), parse_time("2018-01-01T05:00:00Z"), horizon_days=56)
    >>> [format_time(moment)[:10] for moment in moments]
    ['2017-05-22', '2017-07-17', '2017-09-11', '2017-11-06']
    """
    horizon = horizon_days * DAY
    newest = (complete_until - horizon) // DAY * DAY
    found = []
    while len(month_starts(begins, newest - horizon)) >= FEWEST_MONTHS:
        found.append(newest)
        newest -= APART
    return found[::-1]
