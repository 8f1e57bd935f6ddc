"""Was winning the customer worth it: value over the cost of winning, for each customer, and by channel and cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray


def clv_to_cac(value: FloatArray, acquisition_cost: FloatArray) -> FloatArray:
    """Return value over the cost of winning the customer; NaN where the cost is not known, or was nothing.

    >>> clv_to_cac(np.array([90.0, 90.0, 90.0]), np.array([30.0, np.nan, 0.0])).tolist()
    [3.0, nan, nan]
    """
    paid = np.where(acquisition_cost > 0, acquisition_cost, np.nan)
    return np.asarray(value / paid)


@dataclass(frozen=True)
class Acquired:
    """What is known of customers, a row each: how and when each was won, at what cost, what came so far and is still expected.

    `channels` and `cohorts` are labels, such as `web` and `2025-Q3`; money in company currency, NaN where not known.
    """

    channels: npt.NDArray[np.str_]
    cohorts: npt.NDArray[np.str_]
    cost: FloatArray
    so_far: FloatArray
    expected: FloatArray


@dataclass(frozen=True)
class AcquiredGroup:
    """Customers won by one channel in one cohort, those alone whose cost is known: sums over them, and what the sums say.

    `clv_to_cac`: the margin still expected over the cost, as for one customer. `life_to_cac`: the margin brought so far and still
    expected, over the cost: the whole life as far as the horizon sees it. `paid_back`: the share of customers who have brought
    what winning them cost.
    """

    channel: str
    cohort: str
    customers: int
    cost: float
    so_far: float
    expected: float
    clv_to_cac: float
    life_to_cac: float
    paid_back: float


def by_channel_and_cohort(acquired: Acquired) -> list[AcquiredGroup]:
    """Return a line for each channel and cohort, sorted by both; customers whose cost is not known, or was nothing, are left out.

    Examples
    --------
    >>> costs, brought = np.array([10.0, 30.0, np.nan]), np.array([20.0, 10.0, 5.0])
    >>> found = by_channel_and_cohort(Acquired(np.array(["web"] * 3), np.array(["2025"] * 3), costs, brought, np.full(3, 30.0)))
    >>> [(one.customers, one.clv_to_cac, one.life_to_cac, one.paid_back) for one in found]
    [(2, 1.5, 2.25, 0.5)]
    """
    paid = acquired.cost > 0
    pairs = np.stack([acquired.channels[paid], acquired.cohorts[paid]], axis=1)
    groups, place = np.unique(pairs, axis=0, return_inverse=True)
    columns = acquired.cost[paid], np.nan_to_num(acquired.so_far[paid]), acquired.expected[paid]
    return [
        _group(str(channel), str(cohort), columns=[column[place == one] for column in columns])
        for one, (channel, cohort) in enumerate(groups)
    ]


def _group(channel: str, cohort: str, *, columns: list[FloatArray]) -> AcquiredGroup:
    cost, so_far, expected = (float(column.sum()) for column in columns)
    paid_back = float((columns[1] >= columns[0]).mean())
    return AcquiredGroup(
        channel, cohort, len(columns[0]), cost, so_far, expected, expected / cost, (so_far + expected) / cost, paid_back
    )
