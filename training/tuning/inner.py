"""At which moments is a way to grow trees tried: past ones of which all had closed before the first moment that is graded.

So what is tuned has seen nothing of what it is graded on afterwards: no row, no label, and no correction received since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.errors import Refused
from features.times import Timestamp, format_time
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from training.examples import StackedExamples
from training.folds import Fold, HistoryTooShort, Origins, walk_forward_folds
from training.question import Question
from training.tuning.asked import trees_of
from training.tuning.trees import Grow, Trees
from training.walk_forward import MOST_ROWS_A_FOLD, at_most

FEWEST_MOMENTS = 2
"""What served at one moment alone may have been that season's doing."""

_MOST_MOMENTS = 3


class TooShortToTune(HistoryTooShort):
    """Before the first moment that is graded, too few others had closed to try anything at."""


@dataclass(frozen=True)
class InnerMoment:
    """One moment: trees that wait to be grown on what had closed by then, who is asked about, and what came of them."""

    origin: Timestamp
    grow: Grow
    tested: Rows
    came: FloatArray
    customers: npt.NDArray[np.int32]
    trees: Trees

    def losses(self, preset: BoostingPreset) -> FloatArray:
        """Return by how much trees grown so miss each row."""
        return self.trees.losses(self.grow(preset, self.tested), self.came)


@dataclass(frozen=True)
class Inner:
    """The moments to try at, the newest first, as it is most like what ships; `before` is the first one that is graded."""

    before: Timestamp
    moments: tuple[InnerMoment, ...]

    def tried(self, preset: BoostingPreset) -> Iterator[float]:
        """Give the mean loss over the rows of the moments so far, after each of them."""
        total, rows = 0.0, 0
        for moment in self.moments:
            losses = moment.losses(preset)
            total, rows = total + float(losses.sum()), rows + len(losses)
            yield total / rows


@dataclass(frozen=True)
class Ground:
    """Where trees are tried: on which rows, which trees, and by which seed they are grown."""

    stacked: StackedExamples
    trees: Trees
    seed: int

    def closed_by(self, moment: Timestamp, *, gap_days: int) -> tuple[InnerMoment, ...]:
        """Return at most three moments whose labels had closed by another one, as they were told by then; the newest first."""
        known = self.stacked.told_by(moment)
        folds = _folds(self.stacked.examples.as_ofs[: len(known)], gap_days=gap_days)
        return self.at(folds, told=known)[::-1]

    def at(self, folds: Sequence[Fold], *, told: FloatArray) -> tuple[InnerMoment, ...]:
        """Return the moments of these folds; one that teaches nothing is passed over. `told`: what came of the oldest rows."""
        found = []
        for fold in folds:
            with suppress(Refused):  # all had fared alike by then
                found.append(self._moment(fold, told))
        return tuple(found)

    def _moment(self, fold: Fold, told: FloatArray) -> InnerMoment:
        examples = self.stacked.examples
        learning = self.stacked.part(at_most(fold.train, MOST_ROWS_A_FOLD, seed=self.seed), known_at=fold.origin)
        return InnerMoment(
            origin=fold.origin,
            grow=self.trees.learned(learning, seed=self.seed),
            tested=examples.rows[fold.test],
            came=told[fold.test, self.trees.place],
            customers=examples.customers[fold.test],
            trees=self.trees,
        )


def inner_moments(stacked: StackedExamples, question: Question, *, seed: int) -> Inner:
    """Return where a question's trees can be tried before it is graded anywhere; one that teaches nothing is passed over.

    Raises
    ------
    TooShortToTune
        If these are fewer than two.
    """
    first = walk_forward_folds(stacked.examples.as_ofs, gap_days=question.gap_days)[0].origin
    found = Ground(stacked, trees_of(question), seed).closed_by(first, gap_days=question.gap_days)
    if len(found) < FEWEST_MOMENTS:
        raise TooShortToTune(
            f"needed {FEWEST_MOMENTS} past moments that had closed before the first one graded, {format_time(first)[:10]}; "
            f"found {len(found)}. Import more history, or set shorter horizons in the company file"
        )
    return Inner(first, found)


def _folds(as_ofs: npt.NDArray[np.int64], *, gap_days: int) -> Sequence[Fold]:
    with suppress(HistoryTooShort):
        return walk_forward_folds(as_ofs, gap_days=gap_days, origins=Origins(most=_MOST_MOMENTS))
    return ()
