"""The classic ways to learn effects that move in a straight line with a few features: S, T, X and DR, on ridge and logistic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.rows import FloatArray
from models.uplift import LogOdds, Moderators, Shares

_STEPS = 12
_MAIN = 1.0


@dataclass(frozen=True)
class Sample:
    """What the learners see: moderators (first a column of ones), arm (-1: nothing), outcome and what was expected of it.

    `expected`: predicted for each row by other customers' rows; zeros will do, and take more rows. `weights`: how often each
    row counts.
    """

    moderators: FloatArray
    arm: npt.NDArray[np.int64]
    arms: int
    outcome: FloatArray
    expected: FloatArray
    weights: FloatArray

    @property
    def residual(self) -> FloatArray:
        """Return what was not expected."""
        return self.outcome - self.expected

    def take(self, places: npt.NDArray[np.intp]) -> Sample:
        """Return the rows of these places, in their order."""
        names = ("moderators", "arm", "outcome", "expected", "weights")
        return replace(self, **{name: getattr(self, name)[places] for name in names})


Learner = Callable[[Sample, Moderators], Shares]


def constant(sample: Sample, _moderators: Moderators) -> Shares:
    """Learn one number an arm: the weighted mean of what was not expected, less that of nothing."""
    found = [_mean(sample, arm) - _mean(sample, -1) for arm in range(sample.arms)]
    return Shares(Moderators(), tuple((each,) for each in found))


def single(sample: Sample, moderators: Moderators, *, strength: float = 30.0) -> Shares:
    """Learn all arms in one ridge (S): what everybody shares, and what each arm changes of it, held back by `strength`."""
    width = sample.moderators.shape[1]
    design = np.hstack([sample.moderators, *(sample.moderators * (sample.arm == arm)[:, None] for arm in range(sample.arms))])
    held = np.concatenate([np.full(width, _MAIN), np.tile(_held(width, strength), sample.arms)])
    solved = _ridge(design, sample.residual, sample.weights, held)
    return Shares(moderators, _rows(solved[width:].reshape(sample.arms, width)))


def two(sample: Sample, moderators: Moderators, *, strength: float = 30.0) -> Shares:
    """Learn each arm and nothing apart (T), and take the difference."""
    nothing = _line(sample, sample.arm == -1, sample.residual, strength)
    found = [_line(sample, sample.arm == arm, sample.residual, strength) - nothing for arm in range(sample.arms)]
    return Shares(moderators, _rows(np.array(found)))


def crossed(sample: Sample, moderators: Moderators, *, strength: float = 30.0) -> Shares:
    """Impute to each row what the other arm would have brought, and learn the differences (X; Kuenzel and others 2019)."""
    nothing = _line(sample, sample.arm == -1, sample.residual, strength)
    found = []
    for arm in range(sample.arms):
        own, other = sample.arm == arm, sample.arm == -1
        line = _line(sample, own, sample.residual, strength)
        treated = _line(sample, own, sample.residual - sample.moderators @ nothing, strength)
        control = _line(sample, other, sample.moderators @ line - sample.residual, strength)
        share = sample.weights[own].sum() / max(sample.weights[own | other].sum(), 1.0)
        found.append(share * control + (1 - share) * treated)
    return Shares(moderators, _rows(np.array(found)))


def doubly_robust(sample: Sample, moderators: Moderators, *, strength: float = 30.0) -> Shares:
    """Correct each predicted difference by what the row itself brought, and learn the corrected ones (DR; Kennedy 2023)."""
    nothing = _line(sample, sample.arm == -1, sample.residual, strength)
    found = []
    for arm in range(sample.arms):
        pair = (sample.arm == arm) | (sample.arm == -1)
        own = sample.arm == arm
        line = _line(sample, own, sample.residual, strength)
        chance = sample.weights[own].sum() / max(sample.weights[pair].sum(), 1.0)
        wrong = sample.residual - np.where(own, sample.moderators @ line, sample.moderators @ nothing)
        corrected = sample.moderators @ (line - nothing) + np.where(own, wrong / chance, -wrong / (1 - chance))
        found.append(_line(sample, pair, corrected, strength))
    return Shares(moderators, _rows(np.array(found)))


CONTINUOUS: Mapping[str, Learner] = {"s": single, "t": two, "x": crossed, "dr": doubly_robust}
"""The learners of effects that vary, by name."""


def single_log_odds(sample: Sample, moderators: Moderators, *, strength: float = 3.0) -> LogOdds:
    """Learn a yes or no by one logistic regression of few terms (S): each arm changes the log-odds and what moves them.

    `expected` is not read. Fewest terms, least noise: on a public trial of 64,000 it ranked best of twelve learners.
    """
    width = sample.moderators.shape[1]
    design = np.hstack([sample.moderators, *(sample.moderators * (sample.arm == arm)[:, None] for arm in range(sample.arms))])
    held = np.concatenate([_held(width, _MAIN), np.tile(_held(width, strength), sample.arms)])
    solved = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = expit(design @ solved)
        information = (design * (sample.weights * chance * (1 - chance))[:, None]).T @ design + np.diag(held)
        solved += np.linalg.solve(information, design.T @ (sample.weights * (sample.outcome - chance)) - held * solved)
    return LogOdds(moderators, tuple(solved[:width].tolist()), _rows(solved[width:].reshape(sample.arms, width)))


def _mean(sample: Sample, arm: int) -> float:
    weights = sample.weights * (sample.arm == arm)
    return float(weights @ sample.residual / max(weights.sum(), 1e-9))


def _line(sample: Sample, of: npt.NDArray[np.bool_], values: FloatArray, strength: float) -> FloatArray:
    held = _held(sample.moderators.shape[1], strength)
    return _ridge(sample.moderators[of], values[of], sample.weights[of], held)


def _held(width: int, strength: float) -> FloatArray:
    return np.concatenate([[1e-3], np.full(width - 1, strength)])


def _ridge(design: FloatArray, values: FloatArray, weights: FloatArray, held: FloatArray) -> FloatArray:
    information = (design * weights[:, None]).T @ design + np.diag(held)
    return np.asarray(np.linalg.solve(information, design.T @ (weights * values)))


def _rows(matrix: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
