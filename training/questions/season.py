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
from models.examples import Examples
from models.learners.blend import to_log_odds
from models.rows import FloatArray
from training.folds import Fold

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


def season_of(examples: Examples, folds: Sequence[Fold], *, newest: Timestamp) -> Season:
    """Return the season's shift at each fold, from the rows that had closed by it, and at the newest moment, from all rows."""
    shifts = [_shift(examples, fold.train, at=fold.origin) for fold in folds]
    return Season(np.array(shifts), _shift(examples, np.arange(len(examples.labels)), at=newest))


def _shift(examples: Examples, closed: npt.NDArray[np.intp], *, at: Timestamp) -> FloatArray:
    as_ofs, labels = examples.as_ofs[closed], examples.labels[closed]
    a_year_ago = np.abs(as_ofs - (at - _YEAR_DAYS * DAY)) <= _NEAR_DAYS * DAY
    if not a_year_ago.any():
        return np.full(labels.shape[1], np.nan)
    return np.asarray(to_log_odds(labels[a_year_ago].mean(axis=0)) - to_log_odds(labels.mean(axis=0)))
