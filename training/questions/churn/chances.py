"""What would each contender have said of a yes-or-no question at past moments: blends and calibrations of the members' log-odds.

The arithmetic that the questions of leaving and of buying share. A calibration is learned, at each fold, from answers to earlier
folds whose labels had closed by then, as the log told them then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from scipy.special import expit

from features.times import DAY
from models.churn.model import rising
from models.learners.blend import blended
from models.learners.calibration import SEASON, Calibration, fit_calibration, log_loss
from models.rows import FloatArray
from training.questions.churn.season import Season
from training.walk_forward import AnsweredFold

POPULATION = "prior"
"""The member that says the same of everybody: the answer where no member of a blend knows the customer."""

_CALIBRATED_ON = 3
_LEAST_REPEATED = 2
_MOST = 2 / 3


class Contender(Protocol):
    """A blend of members, linear in log-odds, with one calibration."""

    @property
    def members(self) -> tuple[tuple[str, float], ...]:
        """Return the members with their weights."""
        ...

    @property
    def calibration(self) -> str:
        """Return the kind of calibration."""
        ...


AnyContender = TypeVar("AnyContender", bound=Contender)


@dataclass(frozen=True)
class Chances:
    """The members' log-odds in every fold, shape (rows, horizons) each.

    `grows`: the chance grows with the horizon (a contract's end), or falls with it (a silence). `season`: by how much each fold's
    season lay above its year the year before, where that is asked.
    """

    folds: tuple[AnsweredFold, ...]
    gap_days: int
    grows: bool
    season: Season | None = None

    def losses(self, contenders: Iterable[AnyContender]) -> dict[AnyContender, float]:
        """Return each contender's log-loss over all folds at the first horizon."""
        return {each: self.loss(each, horizon=0) for each in contenders}

    def loss(self, contender: Contender, *, horizon: int) -> float:
        """Return a contender's log-loss over all folds at one horizon."""
        odds = [self.log_odds(contender, place)[:, horizon] for place in range(len(self.folds))]
        return log_loss(np.concatenate(odds), np.concatenate([fold.labels[:, horizon] for fold in self.folds]))

    def repeats(self, contender: Contender, *, plain: Contender) -> bool:
        """Say whether a calibration lowered the log-loss at two moments or more, and at two of three that it moved.

        One season that went its way is no reason to believe in it.
        """
        moved = [gain for place in range(len(self.folds)) if (gain := self._gain(contender, place, plain=plain)) != 0.0]
        better = sum(gain > 0 for gain in moved)
        return better >= _LEAST_REPEATED and better >= _MOST * len(moved)

    def _gain(self, contender: Contender, place: int, *, plain: Contender) -> float:
        labels = self.folds[place].labels
        return log_loss(self.log_odds(plain, place), labels) - log_loss(self.log_odds(contender, place), labels)

    def probabilities(self, contender: Contender, place: int) -> FloatArray:
        """Return a contender's chances for the rows of one fold, shape (rows, horizons), in order over the horizons."""
        odds = self.log_odds(contender, place)
        return np.asarray(expit(rising(odds) if self.grows else -rising(-odds)))

    def member(self, name: str, place: int) -> FloatArray:
        """Return what one member said of the rows of one fold as chances, the population's where it knew nothing."""
        return np.asarray(expit(blended_answers(self.folds[place], ((name, 1.0),))))

    def closed(self, place: int) -> list[int]:
        """Return the folds whose labels had closed by the origin of one, the oldest first."""
        origin = self.folds[place].fold.origin
        return [each for each, fold in enumerate(self.folds) if fold.fold.origin + self.gap_days * DAY <= origin]

    def told(self, place: int) -> list[AnsweredFold]:
        """Return the folds closed by the origin of one, the oldest first, with their labels as the log told them then."""
        told = self.folds[place].told
        closed = [self.folds[each] for each in self.closed(place)]
        return [replace(fold, labels=told.get(fold.fold.origin, fold.labels)) for fold in closed]

    def log_odds(self, contender: Contender, place: int) -> FloatArray:
        """Return a contender's log-odds for the rows of one fold, calibrated by what had closed by its origin."""
        odds, closed = blended_answers(self.folds[place], contender.members), self.told(place)
        if contender.calibration == SEASON:
            return odds + self.season.by_fold[place] if self.season and self.season_agrees(contender, place) else odds
        if contender.calibration == "none" or not closed:
            return odds
        fits = [_fit(closed[-_CALIBRATED_ON:], contender, horizon=horizon) for horizon in range(odds.shape[1])]
        return np.stack([fit.apply(odds[:, horizon]) for horizon, fit in enumerate(fits)], axis=1)

    def season_agrees(self, contender: Contender, place: int) -> bool:
        """Say whether a fold has a year before it, and last year's shift lowered the log-loss of folds closed by its origin.

        Without an earlier season that had a year before it too there is nothing to go by, and nothing is shifted.
        """
        season = self.season
        if season is None or not season.known(place):
            return False
        earlier = zip(self.closed(place), self.told(place), strict=True)
        gains = [_gain_by(season.by_fold[each], fold, contender) for each, fold in earlier if season.known(each)]
        return sum(gains) > 0

    def season_gain(self, contender: Contender, place: int) -> float:
        """Return by how much last year's shift lowers the sum of the log-losses of one fold; NaN where there is no last year."""
        return float("nan") if self.season is None else _gain_by(self.season.by_fold[place], self.folds[place], contender)

    def calibrations(self, contender: Contender, horizons_days: Sequence[int]) -> Mapping[int, Calibration]:
        """Return the calibration for the shipped model, by horizon: fitted on the answers to the newest folds."""
        if contender.calibration == "none":
            return {}
        if contender.calibration == SEASON and self.season:
            shifts = zip(horizons_days, self.season.newest.tolist(), strict=True)
            return {days: Calibration(SEASON, intercept=shift) for days, shift in shifts if np.isfinite(shift)}
        newest = self.folds[-_CALIBRATED_ON:]
        return {days: _fit(newest, contender, horizon=horizon) for horizon, days in enumerate(horizons_days)}


def _gain_by(shift: FloatArray, fold: AnsweredFold, contender: Contender) -> float:
    odds, labels = blended_answers(fold, contender.members), fold.labels
    return (log_loss(odds, labels) - log_loss(odds + shift, labels)) * len(labels)


def _fit(folds: Sequence[AnsweredFold], contender: Contender, *, horizon: int) -> Calibration:
    """Fit on answers to some folds; a curve is never bent after fewer than three, whose season would be taken for the rule."""
    if contender.calibration == "isotonic" and len(folds) < _CALIBRATED_ON:
        return Calibration()
    odds = np.concatenate([blended_answers(each, contender.members)[:, horizon] for each in folds])
    return fit_calibration(contender.calibration, odds, np.concatenate([each.labels[:, horizon] for each in folds]))


def blended_answers(fold: AnsweredFold, weights: Sequence[tuple[str, float]]) -> FloatArray:
    """Return the weighted mean of the members' log-odds in a fold, the population's where none knows, shape (rows, horizons)."""
    population = fold.answers[POPULATION]
    columns = [
        blended({name: fold.answers[name][:, place] for name, _ in weights}, weights, otherwise=float(population[0, place]))
        for place in range(population.shape[1])
    ]
    return np.stack(columns, axis=1)
