"""What would each blend have said of the money to come at past moments, in its season, and between which ends.

Everything a fold is corrected by had closed before its origin: the season is that of the year before, and the ends are learned
from answers to earlier folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.churn.model import rising
from models.examples import Examples
from models.rows import FloatArray
from models.value.intervals import Interval, ValueIntervals, fit_intervals
from models.value.model import blended_gain
from models.value.money import Money
from training.folds import Fold
from training.questions.value_recipes import Members
from training.walk_forward import AnsweredFold

LOSSES, FLOOR = "losses", "floor"
"""What the walk answers beside the members and the baselines: costs beyond what is brought, and the least gain of a blend."""

_YEAR_DAYS = 365
_NEAR_DAYS = 16  # snapshots are a month apart
_FURTHEST = (0.5, 2.0)  # a season of more than twice or less than half is not one season's doing


@dataclass(frozen=True)
class Seasons:
    """By what factor the money of the same month a year before differed from all that was learned from, a column a horizon.

    `by_fold`: a row a fold; `newest`: for the moment of today. NaN where no label of the year before had closed.
    """

    by_fold: FloatArray
    newest: FloatArray

    @classmethod
    def of(cls, examples: Examples, folds: Sequence[Fold], *, newest: Timestamp) -> Seasons:
        """Compare what came with what the rate of the past year let expect, so that more or other customers make no season."""
        money = Money.of(examples.population(), examples.names)
        expected = money.past_rate(examples.rows, examples.names, days=_YEAR_DAYS)
        everything = np.arange(len(examples.labels))
        return cls(
            np.array([_factor(examples, expected, fold.train, at=fold.origin) for fold in folds]),
            _factor(examples, expected, everything, at=newest),
        )


@dataclass(frozen=True)
class ValueFolds:
    """The members' answers at every origin, (rows, horizons) each, and the seasons; `gap_days`: until a label has closed."""

    folds: tuple[AnsweredFold, ...]
    seasons: Seasons
    gap_days: int

    def forecasts(self, members: Members, place: int, *, seasonal: bool = False) -> FloatArray:
        """Return what a blend would have said in one fold, margin less cost to serve, shape (rows, horizons)."""
        answers = self.folds[place].answers
        gains = blended_gain(answers, members, floor=answers[FLOOR])
        season = np.nan_to_num(self.seasons.by_fold[place], nan=1.0) if seasonal else 1.0
        return rising(season * gains) - answers[LOSSES]

    def with_year_before(self) -> list[int]:
        """Return the folds of which the season a year before is known."""
        return [place for place, factors in enumerate(self.seasons.by_fold) if np.isfinite(factors).all()]

    def interval(self, forecasts: Sequence[FloatArray], place: int, *, horizon: int) -> Interval | None:
        """Return the ends for one fold's forecasts, learned from earlier folds closed by its origin; None if there are none.

        `forecasts`: by fold, one a row at that horizon.
        """
        origin = self.folds[place].fold.origin
        closed = [each for each, fold in enumerate(self.folds) if fold.fold.origin + self.gap_days * DAY <= origin]
        learned = self.intervals(forecasts, closed, horizon=horizon)
        return None if learned is None else learned.around(forecasts[place])

    def intervals(self, forecasts: Sequence[FloatArray], places: Sequence[int], *, horizon: int) -> ValueIntervals | None:
        """Learn the ends from the forecasts in these folds and what came."""
        if not places:
            return None
        came = np.concatenate([self.folds[each].labels[:, horizon] for each in places])
        return fit_intervals(np.concatenate([forecasts[each] for each in places]), came)


def _factor(examples: Examples, expected: FloatArray, closed: npt.NDArray[np.intp], *, at: Timestamp) -> FloatArray:
    labels = np.maximum(examples.labels[closed], 0.0)
    a_year_ago = np.abs(examples.as_ofs[closed] - (at - _YEAR_DAYS * DAY)) <= _NEAR_DAYS * DAY
    if not a_year_ago.any() or expected[closed][a_year_ago].sum() <= 0:
        return np.full(labels.shape[1], np.nan)
    then = labels[a_year_ago].sum(axis=0) / expected[closed][a_year_ago].sum()
    return np.clip(then / (labels.sum(axis=0) / expected[closed].sum()), *_FURTHEST)


def broadcast(numbers: Mapping[str, FloatArray], rows: int) -> dict[str, FloatArray]:
    """Return answers that are the same for every row, (horizons,) each, as (rows, horizons); no memory is taken.

    >>> broadcast({"mean": np.array([1.0, 2.0])}, 3)["mean"].shape
    (3, 2)
    """
    return {name: np.broadcast_to(each, (rows, len(each))) for name, each in numbers.items()}
