"""What was to be seen of each customer in the months before: signs at the newest month before leaving, and at those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.times import Timestamp
from models.rows import BoolArray, FloatArray
from training.backtest.left.signals import Read, shown_by
from training.backtest.walk import Walked
from training.examples import StackedExamples
from training.measures.sums import drawn_sums, ratio

MONTHS_BEFORE = 6
_UNKNOWN = -1


@dataclass(frozen=True)
class Seen:
    """The signs of those who left and of those who stayed, a row each.

    `shown[row, sign, k]`: 1 if it showed `k + 1` months before the leaving of this month's leavers, 0 if not, -1 if unknown;
    k = 0 is the newest month. `left`: who left before the next month; the others stayed through the horizon. `weights`: a leaver
    counts once, stayers together as often as leavers of their month, so that both are looked at in the same months.
    """

    shown: npt.NDArray[np.int8]
    left: BoolArray
    weights: FloatArray
    customers: npt.NDArray[np.int32]

    @classmethod
    def of(cls, walked: Walked, stacked: StackedExamples, reads: Sequence[Read], company: Company) -> Seen:
        """Look at everybody of the walk who left before the next month, or stayed."""
        lists, signs = walked.lists, _signs(stacked, reads, company)
        asked = lists.last_before_leaving | ~lists.left
        parts = zip(lists.origins, walked.ids, strict=True)
        shown = np.concatenate([_looked_back(stacked, origin, ids, signs=signs) for origin, ids in parts])
        left = lists.last_before_leaving[asked]
        return cls(shown[asked], left, _weights(lists.months[asked], left), lists.customers[asked])

    def shares(self, group: BoolArray) -> FloatArray:
        """Return the share of a group that showed each sign, of those of whom it is known, a column a month; NaN if of none."""
        weights = self.weights[group][:, None, None]
        showing, known = ((weights * each[group]).sum(axis=0) for each in (self.shown == 1, self.shown >= 0))
        return ratio(showing, known)

    def newest_shares(self, *, seed: int) -> tuple[FloatArray, FloatArray]:
        """Return the share of leavers and of stayers that showed each sign in the newest month, a row a draw."""
        weights, newest = self.weights[:, None], self.shown[:, :, 0]
        parts = [weights * group[:, None] * each for group in (self.left, ~self.left) for each in (newest == 1, newest >= 0)]
        sums = np.split(drawn_sums(np.column_stack(parts), self.customers, seed=seed), 4, axis=1)
        return ratio(sums[0], sums[1]), ratio(sums[2], sums[3])


def _signs(stacked: StackedExamples, reads: Sequence[Read], company: Company) -> dict[Timestamp, npt.NDArray[np.int8]]:
    """Return the signs of everybody at every month."""
    return {as_of: shown_by(reads, company, shot) for as_of, shot in sorted(stacked.snapshots.items())}


def _looked_back(
    stacked: StackedExamples, origin: Timestamp, ids: pa.Array, *, signs: Mapping[Timestamp, npt.NDArray[np.int8]]
) -> npt.NDArray[np.int8]:
    """Return the signs of some customers at a month and at those before it; unknown where they were not known, or no month is."""
    months = [month for month in signs if month <= origin][::-1][:MONTHS_BEFORE]
    found = np.full((len(ids), signs[origin].shape[1], MONTHS_BEFORE), _UNKNOWN, np.int8)
    for back, month in enumerate(months):
        places = pc.fill_null(pc.index_in(ids, value_set=stacked.snapshots[month].ids), -1).to_numpy()
        found[:, :, back] = np.where(places[:, None] >= 0, signs[month][places], _UNKNOWN)
    return found


def _weights(months: npt.NDArray[np.intp], left: BoolArray) -> FloatArray:
    def each_month(group: BoolArray) -> FloatArray:
        return np.bincount(months, weights=group, minlength=months.max(initial=0) + 1).astype(np.float64)

    return np.where(left, 1.0, ratio(each_month(left), each_month(~left))[months])
