"""How much should each member of a blend weigh: what would have served best at past moments, held towards equal weights.

Weights are looked for on a grid of tenths, so they never fall below zero, add up to one, and are no finer than the evidence.
Equal weights are hard to beat, and few past moments tell little: so a grid point must lower the log-loss by more than its
distance from equal weights costs, and that cost shrinks with the number of moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import TypeAlias

import numpy as np

from models.rows import FloatArray
from training.questions.churn.chances import Chances, blended_answers
from training.walk_forward import AnsweredFold

Weights: TypeAlias = tuple[tuple[str, float], ...]

_PARTS = 10
_HELD = 0.02
_MOST_ROWS = 10_000

LEARNED = "learned"
"""The blend whose weights are learned at each fold from folds closed before."""


@dataclass(frozen=True)
class Sharing:
    """How the learned blend shares its weight: at each fold by what had closed by then, and in what ships by all folds."""

    rolling: tuple[Weights, ...]
    shipped: Weights

    @classmethod
    def of(cls, chances: Chances, members: Sequence[str]) -> Sharing:
        """Learn the weights at the first horizon of the answers; equal ones where nothing had closed."""
        rolling = tuple(learned_weights(chances.told(place), members, horizon=0) for place in range(len(chances.folds)))
        return cls(rolling, learned_weights(chances.folds, members, horizon=0))

    @property
    def members(self) -> tuple[str, ...]:
        """Return every member that weighs anything anywhere."""
        return tuple(sorted({name for weights in (*self.rolling, self.shipped) for name, _ in weights}))

    def joined(self, folds: Sequence[AnsweredFold]) -> tuple[AnsweredFold, ...]:
        """Return the folds with what the learned blend said in each."""
        return tuple(
            replace(fold, answers={**fold.answers, LEARNED: blended_answers(fold, weights)})
            for fold, weights in zip(folds, self.rolling, strict=True)
        )


def learned_weights(folds: Sequence[AnsweredFold], members: Sequence[str], *, horizon: int) -> Weights:
    """Return the members' weights by their answers in folds whose labels are known; equal ones where there is nothing to learn.

    A member that gets no weight is left out. Rows that a member knows nothing of teach nothing here.
    """
    equal = np.full(len(members), 1 / len(members))
    odds, labels = _known(folds, members, horizon=horizon) if folds else (np.empty((0, len(members))), np.empty(0))
    if not len(labels):
        return _named(members, equal)
    grid = _grid(len(members))
    blends = odds @ grid.T
    losses = (np.logaddexp(0.0, blends) - labels[:, None] * blends).mean(axis=0)
    held = _HELD / len(folds) * ((grid - equal) ** 2).sum(axis=1)
    return _named(members, grid[int(np.argmin(losses + held))])


def _known(folds: Sequence[AnsweredFold], members: Sequence[str], *, horizon: int) -> tuple[FloatArray, FloatArray]:
    odds = np.concatenate([np.column_stack([fold.answers[name][:, horizon] for name in members]) for fold in folds])
    labels = np.concatenate([fold.labels[:, horizon] for fold in folds])
    known = np.flatnonzero(~np.isnan(odds).any(axis=1))
    kept = known[:: -(-max(len(known), 1) // _MOST_ROWS)]
    return odds[kept], labels[kept]


def _grid(members: int) -> FloatArray:
    """Return every way to share ten parts among the members, a row each.

    >>> len(_grid(2)), len(_grid(4)), _grid(2)[0].tolist()
    (11, 286, [1.0, 0.0])
    """
    ways = combinations_with_replacement(range(members), _PARTS)
    return np.array([np.bincount(way, minlength=members) for way in ways]) / _PARTS


def _named(members: Sequence[str], weights: FloatArray) -> Weights:
    return tuple((name, float(weight)) for name, weight in zip(members, weights, strict=True) if weight > 0)
