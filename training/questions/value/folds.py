"""What would each blend have said of the money to come at past moments, in its season, and between which ends.

Everything a fold is corrected by had closed before its origin. The season is that of the year before. The ends are learned from
answers to earlier folds: later snapshots than were learned from. Fewer than three of them know too few seasons; then the ends are
those of half the customers, over all snapshots, asked of members that learned from the other half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.churn.model import rising
from models.rows import FloatArray
from models.value.intervals import Interval, ValueIntervals, fit_intervals
from models.value.model import blended_gain, level_of
from models.value.money import Money
from training.examples import StackedExamples
from training.folds import Fold
from training.questions.value.recipes import BLENDS, contenders
from training.walk_forward import AnsweredFold

LOSSES, FLOOR = "losses", "floor"
"""What the walk answers beside the members and the baselines: costs beyond what is brought, and the least gain of a blend."""

LEVEL = "level"
"""By what factor an anchored blend is brought to the rhythm's total; the walk answers `level <blend>`."""

ENDS = ("low", "high")
"""The ends of an interval; `low <blend>` and `high <blend>` are answers where too few folds had closed to learn them from."""

FEWEST_FOLDS = 3
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
    def of(cls, stacked: StackedExamples, folds: Sequence[Fold], *, newest: Timestamp) -> Seasons:
        """Compare what came, as the log told it at each fold, with what the rate of the past year let expect.

        So more or other customers make no season.
        """
        examples = stacked.examples
        money = Money.of(examples.population(), examples.names)
        expected = money.past_rate(examples.rows, examples.names, days=_YEAR_DAYS)
        learned = [(stacked.told_by(fold.origin)[fold.train], fold.train, fold.origin) for fold in folds]
        now = _factor(examples.labels, examples.as_ofs, expected, at=newest)
        then = [_factor(labels, examples.as_ofs[rows], expected[rows], at=origin) for labels, rows, origin in learned]
        return cls(np.array(then), now)


@dataclass(frozen=True)
class ValueFolds:
    """The members' answers at every origin, (rows, horizons) each, and the seasons.

    `gap_days`: until a label has closed. `main`: the place of the main horizon.
    """

    folds: tuple[AnsweredFold, ...]
    seasons: Seasons
    gap_days: int
    main: int

    def forecasts(self, blend: str, place: int, *, seasonal: bool = False) -> FloatArray:
        """Return what a blend would have said in one fold, margin less cost to serve, shape (rows, horizons)."""
        season = np.nan_to_num(self.seasons.by_fold[place], nan=1.0) if seasonal else np.ones(1)
        return blended_values(self.folds[place].answers, blend, season=season)

    def with_year_before(self) -> list[int]:
        """Return the folds of which the season a year before is known."""
        return [place for place, factors in enumerate(self.seasons.by_fold) if np.isfinite(factors).all()]

    def interval(self, blend: str, forecasts: Sequence[FloatArray], place: int) -> Interval | None:
        """Return the ends for one fold's forecasts at the main horizon; None if nothing could tell them by its origin.

        `forecasts`: of the blend, by fold, one a row.
        """
        fold = self.folds[place]
        closed = [
            each for each, earlier in enumerate(self.folds) if earlier.fold.origin + self.gap_days * DAY <= fold.fold.origin
        ]
        held_out = [fold.answers.get(f"{end} {blend}") for end in ENDS]
        if len(closed) < FEWEST_FOLDS and held_out[0] is not None and held_out[1] is not None:
            return Interval(held_out[0], held_out[1])
        return self.intervals(forecasts, closed, known_at=fold).around(forecasts[place]) if closed else None

    def intervals(
        self, forecasts: Sequence[FloatArray], places: Sequence[int], *, known_at: AnsweredFold | None = None
    ) -> ValueIntervals:
        """Learn the ends at the main horizon from the forecasts in these folds and what came, as a later fold was told."""
        told = {} if known_at is None else known_at.told
        folds = [self.folds[each] for each in places]
        came = [told.get(each.fold.origin, each.labels)[:, self.main] for each in folds]
        return fit_intervals(np.concatenate([forecasts[each] for each in places]), np.concatenate(came))


def levels(everyone: Mapping[str, FloatArray], *, floors: FloatArray) -> dict[str, FloatArray]:
    """Return `level <blend>`, (horizons,), of every anchored blend, by what the members say of everybody known that day."""
    return {
        f"{LEVEL} {name}": level_of(blended_gain(everyone, blend.members, floor=floors), everyone["rhythm"])
        for name, blend in contenders([*everyone]).items()
        if blend.anchored
    }


def blended_values(answers: Mapping[str, FloatArray], blend: str, *, season: FloatArray | None = None) -> FloatArray:
    """Return what a blend says, margin less cost to serve, (rows, horizons), of what the members, floor and losses say."""
    gains = blended_gain(answers, BLENDS[blend].members, floor=answers[FLOOR])
    if BLENDS[blend].anchored:
        gains = gains * answers[f"{LEVEL} {blend}"]
    return rising(gains if season is None else season * gains) - answers[LOSSES]


@dataclass(frozen=True)
class HeldOut:
    """What members said of customers they had not learned from, over all snapshots, and what came, (rows, horizons)."""

    said: Mapping[str, FloatArray]
    came: FloatArray

    @classmethod
    def of(cls, said: Mapping[str, FloatArray], came: FloatArray, *, as_ofs: npt.NDArray[np.int64]) -> HeldOut:
        """Bring anchored blends to the level that each snapshot would have given them; its held-out rows are everybody known."""
        found: dict[str, FloatArray] = {}
        for moment in np.unique(as_ofs):
            here = as_ofs == moment
            for name, level in levels({member: gains[here] for member, gains in said.items()}, floors=said[FLOOR][0]).items():
                found.setdefault(name, np.ones_like(said[FLOOR]))[here] = level
        return cls({**said, **found}, came)

    def intervals(self, blend: str, horizon: int) -> ValueIntervals:
        """Learn the ends around a blend's forecasts at one horizon."""
        return fit_intervals(blended_values(self.said, blend)[:, horizon], self.came[:, horizon])

    def ends(self, asked: Mapping[str, FloatArray], horizon: int) -> dict[str, FloatArray]:
        """Return `low <blend>` and `high <blend>` for the rows asked about, of every blend whose members answered of both."""
        found: dict[str, FloatArray] = {}
        for blend in contenders([name for name in asked if name in self.said]):
            around = self.intervals(blend, horizon).around(blended_values(asked, blend)[:, horizon])
            found |= {f"low {blend}": around.low, f"high {blend}": around.high}
        return found


def _factor(labels: FloatArray, as_ofs: npt.NDArray[np.int64], expected: FloatArray, *, at: Timestamp) -> FloatArray:
    came = np.maximum(labels, 0.0)
    a_year_ago = np.abs(as_ofs - (at - _YEAR_DAYS * DAY)) <= _NEAR_DAYS * DAY
    if not a_year_ago.any() or expected[a_year_ago].sum() <= 0:
        return np.full(came.shape[1], np.nan)
    then = came[a_year_ago].sum(axis=0) / expected[a_year_ago].sum()
    return np.asarray(np.clip(then / (came.sum(axis=0) / expected.sum()), *_FURTHEST))


def broadcast(numbers: Mapping[str, FloatArray], rows: int) -> dict[str, FloatArray]:
    """Return answers that are the same for every row, (horizons,) each, as (rows, horizons); no memory is taken.

    >>> broadcast({"mean": np.array([1.0, 2.0])}, 3)["mean"].shape
    (3, 2)
    """
    return {name: np.broadcast_to(each, (rows, len(each))) for name, each in numbers.items()}
