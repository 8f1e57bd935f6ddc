"""What would every member have said at past moments: fitted on rows whose labels had closed by then, asked about that day.

At each origin every member is fitted once. Blends, calibrations and baselines are then arithmetic over the members' answers, so
all are graded on exactly the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.examples import Examples
from models.rows import FloatArray, Rows
from training.examples import Say, StackedExamples
from training.folds import SPREAD, Fold, Origins, walk_forward_folds

MOST_ROWS_A_FOLD = 50_000
"""A fold learns from at most so many rows, drawn at random: grading must not take longer than the model itself."""

_FOLDS_AT_ONCE = 2

Answer: TypeAlias = Callable[[Examples, Rows], Mapping[str, FloatArray]]
"""Fits every member on the examples and returns what each says of the rows: one entry a row, of any further shape."""


@dataclass(frozen=True)
class AnsweredFold:
    """One origin: what every member said of the rows tested, what really happened, and the customer of each row as a code.

    `told`: by origin, the labels of the rows of folds closed by this origin, as the log told them then. A correction received
    later is in their `labels` of today, and nothing could have been learned from it here.
    """

    fold: Fold
    answers: Mapping[str, FloatArray]
    labels: FloatArray
    customers: npt.NDArray[np.int32]
    told: Mapping[Timestamp, FloatArray] = field(default_factory=dict)

    def of_horizon(self, place: int) -> AnsweredFold:
        """Return the fold with the labels of one horizon alone."""
        told = {origin: labels[:, [place]] for origin, labels in self.told.items()}
        return replace(self, labels=self.labels[:, [place]], told=told)


def walk(
    stacked: StackedExamples,
    answer: Answer,
    *,
    gap_days: int,
    seed: int,
    origins: Origins = SPREAD,
    say: Say | None = None,
) -> tuple[AnsweredFold, ...]:
    """Fit and ask every member at every origin, the oldest first; an origin by which all had fared alike teaches nothing yet.

    Raises
    ------
    HistoryTooShort
        If there is no origin to grade at.
    """
    whole = stacked.examples
    folds = _teaching(stacked, walk_forward_folds(whole.as_ofs, gap_days=gap_days, origins=origins))

    def answered(fold: Fold) -> AnsweredFold:
        learning = stacked.part(at_most(fold.train, MOST_ROWS_A_FOLD, seed=seed), known_at=fold.origin)
        labels = stacked.told_by(fold.origin)
        told = {each.origin: labels[each.test] for each in folds if each.origin + gap_days * DAY <= fold.origin}
        answers = answer(learning, whole.rows[fold.test])
        return AnsweredFold(fold, answers, whole.labels[fold.test], whole.customers[fold.test], told)

    if say:
        say(f"grading at {len(folds)} past moments")
    with ThreadPoolExecutor(_FOLDS_AT_ONCE) as pool:  # LightGBM leaves Python's lock while it grows trees
        return tuple(pool.map(answered, folds))


def _teaching(stacked: StackedExamples, folds: Sequence[Fold]) -> Sequence[Fold]:
    """Return the folds that knew of more than one outcome at every horizon; all if none did, for the question to refuse.

    A company of yearly contracts loses nobody in its first year: that must not keep it from being graded in its second.
    """
    told = [stacked.told_by(fold.origin) for fold in folds]
    return [fold for fold, labels in zip(folds, told, strict=True) if (np.ptp(labels, axis=0) > 0).all()] or folds


def answered_everywhere(folds: Sequence[AnsweredFold]) -> tuple[str, ...]:
    """Return the members that answered in every fold; one that could not be fitted somewhere cannot compete."""
    return tuple(name for name in folds[0].answers if all(name in fold.answers for fold in folds))


def at_most(rows: npt.NDArray[np.intp], most: int, *, seed: int) -> npt.NDArray[np.intp]:
    """Return all rows, or where there are more, so many of them drawn by a seed, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
