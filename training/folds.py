"""On which past moments is a recipe graded: walk-forward origins, each trained only on labels that were closed by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.errors import InvalidInput
from features.times import DAY, Timestamp, format_time

LEAST_SNAPSHOTS = 2


class HistoryTooShort(InvalidInput):
    """There are too few snapshots with mature labels to grade a model at even one past moment."""


@dataclass(frozen=True)
class Fold:
    """One past moment: what could be learned from then, and what is asked about then.

    `train` and `test` are positions of rows. Every label among `train` closed at or before `origin`; every row of `test` is as of
    `origin`.
    """

    origin: Timestamp
    train: npt.NDArray[np.intp]
    test: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Origins:
    """Which moments become origins: of the last `window` that can, at most `most`, evenly spaced back from the newest.

    As they stand, a year of seasons is seen wherever there is one.
    """

    most: int = 6
    window: int = 12

    @classmethod
    def every(cls, months: int) -> Origins:
        """Return each of the last so many months."""
        return cls(months, months)

    def of(self, eligible: Sequence[Timestamp]) -> list[Timestamp]:
        """Return those chosen, the oldest first.

        >>> Origins(most=2, window=4).of([1, 2, 3, 4, 5]), Origins.every(2).of([1, 2, 3])
        ([3, 5], [2, 3])
        """
        recent = eligible[-self.window :]
        stride = -(-len(recent) // self.most)
        return list(recent[::-1][::stride][::-1])


SPREAD = Origins()


def walk_forward_folds(as_ofs: npt.NDArray[np.int64], *, gap_days: int, origins: Origins = SPREAD) -> list[Fold]:
    """Split rows by time, oldest origin first; an origin leaves two older snapshots with closed labels.

    Parameters
    ----------
    as_ofs : int64, shape (n,)
        The moment of each row.
    gap_days : int
        Days from a row's moment to the moment its label closed: the longest horizon, and the grace where there is one.

    Raises
    ------
    HistoryTooShort
        If no origin is left.
    """
    moments = np.unique(as_ofs)
    eligible = [origin for origin in moments.tolist() if np.sum(moments + gap_days * DAY <= origin) >= LEAST_SNAPSHOTS]
    if not eligible:
        raise _too_short(moments.tolist(), gap_days)
    return [_fold(as_ofs, origin, gap_days=gap_days) for origin in origins.of(eligible)]


def _fold(as_ofs: npt.NDArray[np.int64], origin: Timestamp, *, gap_days: int) -> Fold:
    return Fold(origin, np.flatnonzero(as_ofs + gap_days * DAY <= origin), np.flatnonzero(as_ofs == origin))


def _too_short(moments: list[Timestamp], gap_days: int) -> HistoryTooShort:
    found = f"{len(moments)} from {format_time(moments[0])} to {format_time(moments[-1])}" if moments else "none"
    return HistoryTooShort(
        f"grading needs a monthly snapshot at least {gap_days} days younger than {LEAST_SNAPSHOTS} others, all with mature "
        f"labels; found {found}. Import more history, or set shorter horizons in the company file"
    )
