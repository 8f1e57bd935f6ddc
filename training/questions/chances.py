"""What would each contender have said of a yes-or-no question at past moments: blends and calibrations of the members' log-odds.

The arithmetic that the questions of leaving and of buying share. A calibration is learned, at each fold, from answers to earlier
folds whose labels had closed by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit

from features.times import DAY
from models.churn.model import rising
from models.learners.blend import blended
from models.learners.calibration import Calibration, fit_calibration, log_loss
from models.rows import FloatArray
from training.walk_forward import AnsweredFold

POPULATION = "prior"
"""The member that says the same of everybody: the answer where no member of a blend knows the customer."""

_CALIBRATED_ON = 3


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


@dataclass(frozen=True)
class Chances:
    """The members' log-odds in every fold, shape (rows, horizons) each.

    `grows`: the chance grows with the horizon (a contract's end), or falls with it (a silence).
    """

    folds: tuple[AnsweredFold, ...]
    gap_days: int
    grows: bool

    def loss(self, contender: Contender, *, horizon: int) -> float:
        """Return a contender's log-loss over all folds at one horizon."""
        odds = [self.log_odds(contender, place)[:, horizon] for place in range(len(self.folds))]
        return log_loss(np.concatenate(odds), np.concatenate([fold.labels[:, horizon] for fold in self.folds]))

    def probabilities(self, contender: Contender, place: int) -> FloatArray:
        """Return a contender's chances for the rows of one fold, shape (rows, horizons), in order over the horizons."""
        odds = self.log_odds(contender, place)
        return np.asarray(expit(rising(odds) if self.grows else -rising(-odds)))

    def member(self, name: str, place: int) -> FloatArray:
        """Return what one member said of the rows of one fold as chances, the population's where it knew nothing."""
        return np.asarray(expit(_blended(self.folds[place], ((name, 1.0),))))

    def log_odds(self, contender: Contender, place: int) -> FloatArray:
        """Return a contender's log-odds for the rows of one fold, calibrated by what had closed by its origin."""
        odds, origin = _blended(self.folds[place], contender.members), self.folds[place].fold.origin
        closed = [each for each in self.folds if each.fold.origin + self.gap_days * DAY <= origin][-_CALIBRATED_ON:]
        if contender.calibration == "none" or not closed:
            return odds
        fits = [_fit(closed, contender, horizon=horizon) for horizon in range(odds.shape[1])]
        return np.stack([fit.apply(odds[:, horizon]) for horizon, fit in enumerate(fits)], axis=1)

    def calibrations(self, contender: Contender, horizons_days: Sequence[int]) -> Mapping[int, Calibration]:
        """Return the calibration for the shipped model, by horizon: fitted on the answers to the newest folds."""
        if contender.calibration == "none":
            return {}
        newest = self.folds[-_CALIBRATED_ON:]
        return {days: _fit(newest, contender, horizon=horizon) for horizon, days in enumerate(horizons_days)}


def _fit(folds: Sequence[AnsweredFold], contender: Contender, *, horizon: int) -> Calibration:
    odds = np.concatenate([_blended(each, contender.members)[:, horizon] for each in folds])
    return fit_calibration(contender.calibration, odds, np.concatenate([each.labels[:, horizon] for each in folds]))


def _blended(fold: AnsweredFold, weights: Sequence[tuple[str, float]]) -> FloatArray:
    population = fold.answers[POPULATION]
    columns = [
        blended({name: fold.answers[name][:, place] for name, _ in weights}, weights, otherwise=float(population[0, place]))
        for place in range(population.shape[1])
    ]
    return np.stack(columns, axis=1)
