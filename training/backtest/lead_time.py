"""How long before leaving did they stand on the list: days from the first month of the unbroken run of lists to the departure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.reports.backtest import LeadTime
from features.reports.figures import Figure
from features.times import DAY
from models.rows import FloatArray
from training.backtest.lists import Lists, by_customer
from training.backtest.money import figure
from training.measures.resamples import Resamples, estimates
from training.measures.sums import RESAMPLES, drawn_sums, ratio

AT_LEAST_DAYS = (1, 15, 30, 45, 60, 90, 120, 180)


@dataclass(frozen=True)
class Runs:
    """The runs of months on one method's list that last until leaving, a row a departure, a column a month.

    `chance`: that the run began in that month; `days`: from that month to the departure (negative after it); `listed`: the chance
    to stand on the list of the month, 0 where the customer could not. `customers`: a code a departure; `stages`: where each stood
    in the newest month before it.
    """

    customers: npt.NDArray[np.int32]
    stages: npt.NDArray[np.intp]
    days: FloatArray
    listed: FloatArray
    chance: FloatArray

    @classmethod
    def of(cls, lists: Lists, method: str) -> Runs:
        """Return the runs of everybody who left during the walk."""
        leaving = np.flatnonzero(lists.last_before_leaving)
        listed = by_customer(lists, lists.listed[method])[lists.customers[leaving]]
        ahead = np.arange(len(lists.origins)) > lists.months[leaving][:, None]
        lasting = np.flip(np.cumprod(np.flip(np.where(ahead, 1.0, listed), axis=1), axis=1), axis=1)
        began = np.where(ahead, 0.0, np.diff(lasting, axis=1, prepend=0.0))
        days = (lists.left_at[leaving][:, None] - np.array(lists.origins, dtype=np.int64)) / DAY
        return cls(lists.customers[leaving], lists.stages[leaving], days, np.where(ahead, 0.0, listed), began)

    def of_stage(self, stage: int) -> Runs:
        """Return the runs of those who stood in a stage in the newest month before they left."""
        here = self.stages == stage
        return Runs(self.customers[here], self.stages[here], self.days[here], self.listed[here], self.chance[here])

    @property
    def warned(self) -> FloatArray:
        """Return each departure's chance to have been on the newest list before it."""
        return np.asarray(self.chance.sum(axis=1))

    @property
    def never(self) -> FloatArray:
        """Return each departure's chance to have been on no list of the walk."""
        return np.asarray((1.0 - self.listed).prod(axis=1))


def lead_time(runs: Runs, *, seed: int) -> LeadTime | None:
    """Return how long ahead a method warned of those who left; None if nobody did."""
    warned = runs.warned
    if not len(warned):
        return None
    quarter, three_quarters = weighted_quantiles(runs.days.ravel(), runs.chance.reshape(1, -1), (0.25, 0.75))[0].tolist()
    known = bool(warned.sum() > 0)
    return LeadTime(
        leavers=len(warned),
        warned=_share(warned, runs, seed=seed),
        dropped=float((1.0 - warned - runs.never).mean()),
        never=float(runs.never.mean()),
        median_days=_median(runs, seed=seed) if known else None,
        quarter_days=quarter if known else None,
        three_quarter_days=three_quarters if known else None,
        at_least={str(days): float((runs.chance * (runs.days >= days)).sum(axis=1).mean()) for days in AT_LEAST_DAYS},
        cut_short=float(runs.chance[:, 0].sum() / warned.sum()) if known else None,
    )


def weighted_quantiles(values: FloatArray, weights: FloatArray, shares: tuple[float, ...]) -> FloatArray:
    """Return the smallest value at or below which each share of the weight lies, a row a row of weights; NaN without weight.

    >>> weighted_quantiles(np.array([30.0, 10.0, 20.0]), np.array([[1.0, 1.0, 0.0]]), (0.5, 0.75)).tolist()
    [[10.0, 30.0]]
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[:, order], axis=1)
    whole = below[:, -1:]
    places = [(below < share * whole * (1 - 1e-12)).sum(axis=1) for share in shares]
    found = np.stack([values[order][np.minimum(place, len(values) - 1)] for place in places], axis=1)
    return np.where(whole > 0, found, np.nan)


def _median(runs: Runs, *, seed: int) -> Figure:
    """Return the median of those warned, over draws of customers."""
    resamples, days = Resamples(runs.customers, count=RESAMPLES, seed=seed), runs.days.ravel()
    chunks = [
        weighted_quantiles(days, (drawn[:, :, None] * runs.chance).reshape(len(drawn), -1), (0.5,))[:, 0]
        for drawn in resamples.weights(np.arange(len(runs.customers)))
    ]
    return figure(estimates({"median": np.concatenate(chunks)})["median"])


def _share(chance: FloatArray, runs: Runs, *, seed: int) -> Figure:
    sums = drawn_sums(np.column_stack([chance, np.ones_like(chance)]), runs.customers, seed=seed)
    return figure(estimates({"share": ratio(sums[:, 0], sums[:, 1])})["share"])
