"""Who would have been called each month: the list of every method, and what became of those who might have stood on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.at_risk.events import IntArray
from features.times import DAY, Timestamp, month_starts
from models.rows import BoolArray, FloatArray

_LONGEST_MONTH = 31 * DAY


@dataclass(frozen=True)
class Lists:
    """The lists of all months, one row a customer and month.

    Rows are who may be listed: at risk, and not gone already by what was known then. `months`: the place of the row's month among
    `origins`. `customers`: a code a customer. `stages`: the place of the stage stood in. `left`: within the main horizon;
    `left_at`: the moment, else NEVER. `margin`: what a customer brings within the horizon at the past rate. `listed`: by method,
    the chance to stand on the list: 1 or 0, and between where the method cannot tell customers apart at its end.
    """

    origins: tuple[Timestamp, ...]
    months: npt.NDArray[np.intp]
    customers: npt.NDArray[np.int32]
    stages: npt.NDArray[np.intp]
    left: BoolArray
    left_at: IntArray
    margin: FloatArray
    listed: Mapping[str, FloatArray]

    @classmethod
    def joined(cls, parts: Sequence[Lists]) -> Lists:
        """Return the lists of several months as one, in their order."""
        names = ("customers", "stages", "left", "left_at", "margin")
        return cls(
            origins=tuple(origin for part in parts for origin in part.origins),
            months=np.repeat(np.arange(len(parts)), [len(part.left) for part in parts]),
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names},
            listed={name: np.concatenate([part.listed[name] for part in parts]) for name in parts[0].listed},
        )

    def where(self, mask: BoolArray) -> Lists:
        """Return some of the rows."""
        columns = {name: getattr(self, name)[mask] for name in _COLUMNS}
        return replace(self, **columns, listed={name: chance[mask] for name, chance in self.listed.items()})

    @property
    def savable(self) -> BoolArray:
        """Return who left after the list was made; who had left before, nobody knowing, cannot be kept."""
        return self.left & (self.left_at > self.moments)

    @property
    def last_before_leaving(self) -> BoolArray:
        """Return the rows of the newest month before a departure: one for each departure during the walk."""
        return self.savable & (self.left_at <= self._next_month[self.months])

    @property
    def moments(self) -> IntArray:
        """Return the moment of each row."""
        return np.array(self.origins, dtype=np.int64)[self.months]

    @property
    def _next_month(self) -> IntArray:
        return np.array([month_starts(at + 1, at + _LONGEST_MONTH)[0] for at in self.origins], dtype=np.int64)


_COLUMNS = ("months", "customers", "stages", "left", "left_at", "margin")


def chance_listed(scores: FloatArray, capacity: int) -> FloatArray:
    """Return each customer's chance to be among the `capacity` called, the highest scores first.

    Equal scores share the places that are left for them; who has no score (NaN) comes last of all. All are called if they are no
    more than the capacity.

    >>> chance_listed(np.array([3.0, 1.0, 1.0, np.nan]), 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    ranked = np.where(np.isnan(scores), -np.inf, scores)
    _, level, sizes = np.unique(-ranked, return_inverse=True, return_counts=True)
    above = np.cumsum(sizes) - sizes
    return np.asarray(np.clip((capacity - above) / sizes, 0.0, 1.0)[level])


def chance_called(lists: Lists, method: str, *, rest_days: int) -> FloatArray:
    """Return each row's chance to be called: who is listed and was not called within the `rest_days` before.

    A call with its offer stands for so long: who is still on the list next month is not called, or paid for, again. So of all
    lists on which one departure lies ahead within `rest_days`, only one leads to a call.
    """
    listed, origins = by_customer(lists, lists.listed[method]), np.array(lists.origins, dtype=np.int64)
    called = np.zeros_like(listed)
    for month, origin in enumerate(origins):
        resting = called[:, (origins < origin) & (origins > origin - rest_days * DAY)].sum(axis=1)
        called[:, month] = listed[:, month] * (1.0 - resting)
    return np.asarray(called[lists.customers, lists.months])


def by_customer(lists: Lists, values: FloatArray) -> FloatArray:
    """Return a value of each row as a table: a row a customer's code, a column a month, 0 where nobody was asked about."""
    table = np.zeros((int(lists.customers.max(initial=-1)) + 1, len(lists.origins)))
    table[lists.customers, lists.months] = values
    return table
