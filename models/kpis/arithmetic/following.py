"""What came next of the same customer, or just before: events found by customer and moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.observations import NEVER


def next_event(customers: IntArray, times: IntArray, *, event_customers: IntArray, event_times: IntArray) -> npt.NDArray[np.intp]:
    """Return, for each customer and moment, the place of that customer's first event at or after it; -1 where there is none.

    >>> whose, when = np.array([1, 1]), np.array([5, 9])
    >>> next_event(np.array([1, 1, 2]), np.array([0, 6, 0]), event_customers=whose, event_times=when).tolist()
    [0, 1, -1]
    """
    count = len(customers)
    whose, when = np.concatenate([customers, event_customers]), np.concatenate([times, event_times])
    is_event = np.arange(len(whose)) >= count
    order = np.lexsort((is_event, when, whose))  # a moment stands before the events of the same moment
    places = np.where(is_event[order], np.arange(len(order)), len(order))
    following = np.empty(len(order), dtype=np.intp)
    following[order] = np.minimum.accumulate(places[::-1])[::-1]
    found = np.append(order, -1)[following[:count]]
    same = (found >= 0) & (whose[found] == customers)
    return np.where(same, found - count, -1).astype(np.intp)


def last_event(customers: IntArray, times: IntArray, *, event_customers: IntArray, event_times: IntArray) -> npt.NDArray[np.intp]:
    """Return the place of the customer's last event before each moment; -1 where there is none."""
    return next_event(customers, 1 - times, event_customers=event_customers, event_times=-event_times)


def next_moment(customers: IntArray, times: IntArray, *, event_customers: IntArray, event_times: IntArray) -> IntArray:
    """Return the moment of that event; `NEVER` where there is none."""
    places = next_event(customers, times, event_customers=event_customers, event_times=event_times)
    return np.append(event_times, NEVER).astype(np.int64)[places]
