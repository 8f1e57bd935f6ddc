"""When is a message tried again: ever later, at most so often, and not before the receiver wants it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from features.times import HOUR, SECOND, Timestamp

FIRST_WAIT, LONGEST_WAIT, GROWTH = 10 * SECOND, 12 * HOUR, 3
MOST_ATTEMPTS = 14
"""With these waits the last attempt comes some three days after the first."""
JITTER = 0.2


def wait_after(attempts: int, *, chance: float) -> Timestamp | None:
    """Return how long to wait after so many failed attempts; None: it is given up. `chance`, 0 to 1, spreads who failed together.

    >>> [round(wait_after(attempts, chance=0.5) / SECOND) for attempts in (1, 2, 3, 13)], wait_after(14, chance=0.5)
    ([10, 30, 90, 43200], None)
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = min(FIRST_WAIT * int(GROWTH ** (attempts - 1)), LONGEST_WAIT)
    return round(wait * (1 + JITTER * (2 * chance - 1)))


def asked_to_wait(retry_after: str | None, *, now: Timestamp) -> Timestamp:
    """Return how long a receiver asks us to wait, in seconds or until a date, at most the longest wait; 0 where it says nothing.

    >>> asked_to_wait("120", now=0) // SECOND, asked_to_wait("soon", now=0), asked_to_wait("9" * 30, now=0) == LONGEST_WAIT
    (120, 0, True)
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:12]) * SECOND, LONGEST_WAIT)
    try:
        until = int(parsedate_to_datetime(text).timestamp()) * SECOND
    except (ValueError, TypeError, OverflowError):
        return 0
    return min(max(until - now, 0), LONGEST_WAIT)
