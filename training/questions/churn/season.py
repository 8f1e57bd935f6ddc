"""By how much does a season lie above or below its year: last year's shift of the level, in log-odds.

The level of a season is the rate at which those asked about in the same month of the year before left, beside the rate over all
that was learned from. It is known only from the second year on, and whether one year repeats the other is a matter for a test at
an earlier season (`Chances`), never for belief.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.learners.blend import to_log_odds
from models.rows import FloatArray
from training.examples import StackedExamples

_YEAR_DAYS = 365
_NEAR_DAYS = 16  # snapshots are a month apart


@dataclass(frozen=True)
class Season:
    """Shifts of the log-odds, a column a horizon: `by_fold` a row a fold, `newest` for the moment of today.

    NaN where of the year before no label had closed.
    """

    by_fold: FloatArray
    newest: FloatArray

    def known(self, place: int) -> bool:
        """Say whether there is a last year for a fold."""
        return not bool(np.isnan(self.by_fold[place]).any())

    def at(self, place: int) -> Season:
        """Return the shifts of one horizon alone."""
        return Season(self.by_fold[:, [place]], self.newest[[place]])


def season_of(stacked: StackedExamples, origins: Sequence[Timestamp]) -> Season:
    """Return the season's shift at each origin, from labels closed by it as told then, and at the newest moment, from all."""
    as_ofs = stacked.examples.as_ofs
    shifts = [_shift(as_ofs, stacked.told_by(origin), at=origin) for origin in origins]
    return Season(np.array(shifts), _shift(as_ofs, stacked.examples.labels, at=stacked.newest.as_of))


def _shift(as_ofs: npt.NDArray[np.int64], labels: FloatArray, *, at: Timestamp) -> FloatArray:
    """Return the shift from the labels of the oldest rows."""
    a_year_ago = np.abs(as_ofs[: len(labels)] - (at - _YEAR_DAYS * DAY)) <= _NEAR_DAYS * DAY
    if not a_year_ago.any():
        return np.full(labels.shape[1], np.nan)
    return np.asarray(to_log_odds(labels[a_year_ago].mean(axis=0)) - to_log_odds(labels.mean(axis=0)))
