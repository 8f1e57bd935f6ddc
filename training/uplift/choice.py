"""Which learner is believed: inner folds choose among effects that vary, outer folds grade the winner against constants.

Numbers that are the same for everybody stand unless the interval of the difference excludes none. There are two kinds of them:
what deciding on an offer adds, as a share of the usual margin; and what an acceptance changes, by its pathways, where only the
chance to accept and what is at stake differ by customer, and these are predicted, not learned from the draw. All folds are of
whole customers. The outlook was predicted once for each row by other customers' rows; it is not learned anew inside the folds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from models.uplift import Moderators, Outlook
from training.measures.resamples import Estimate
from training.uplift.grades import mean_by_customer, r_losses
from training.uplift.learners import CONTINUOUS, Sample, constant
from training.uplift.outlooks import customer_folds
from training.uplift.pathways import cut, fit_per_acceptance
from training.uplift.trial import Trial

PER_DECISION = "constant"
PATHWAYS = "pathways"
FEWEST_GONE = 50
"""Of those left alone by lot, so many must be gone, and so many not, before leaving is learned about."""

_OUTER = 5
_INNER = 3


@dataclass(frozen=True)
class Table:
    """Decisions drawn by lot, ready to learn from: the same rows as a trial, their outlook, and as the learners see them."""

    trial: Trial
    outlook: Outlook
    sample: Sample
    moderators: Moderators

    @classmethod
    def of(cls, trial: Trial, outlook: Outlook, moderators: Moderators) -> Table:
        """Make the sample: outcomes are shares of the usual margin, cut where far from what the outlook expects."""
        seen = moderators(trial.rows, trial.names)
        outcome = outlook.expected + cut(trial.total - outlook.expected)
        sample = Sample(seen, trial.arm, len(trial.arms), outcome, outlook.expected, np.ones(len(trial)))
        return cls(trial, outlook, sample, moderators)

    def __len__(self) -> int:
        return len(self.trial)

    def take(self, places: npt.NDArray[np.intp]) -> Table:
        """Return the rows of these places, in their order."""
        mask_free = Outlook(*(getattr(self.outlook, name)[places] for name in vars(self.outlook)))
        return Table(self.trial.take(places), mask_free, self.sample.take(places), self.moderators)


class Contender(Protocol):
    """Learns from one table and predicts the effects of another."""

    def __call__(self, taught: Table, asked: Table) -> FloatArray:
        """Return the effects on `asked`, rows x arms."""
        ...


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    `constant`: the better of the two constants. `winner`: the best learner of effects that vary. `gain`: what the winner's loss
    is less than that of constants on rows neither learned from; positive is better; its interval is by customer. `losses`: of
    every contender, in the inner folds.
    """

    constant: str
    winner: str
    gain: Estimate
    losses: Mapping[str, float]

    @property
    def learner(self) -> str:
        """Return what is believed."""
        return self.winner if self.gain.low > 0 else self.constant


Contenders = Mapping[str, Contender]


def _classic(name: str) -> Contender:
    return lambda taught, asked: CONTINUOUS[name](taught.sample, taught.moderators).of(asked.sample.moderators)


def _per_acceptance(taught: Table, asked: Table) -> FloatArray:
    return fit_per_acceptance(taught.trial, taught.outlook).effects(asked.outlook)


def _per_decision(taught: Table, asked: Table) -> FloatArray:
    return constant(taught.sample, taught.moderators).of(np.ones((len(asked), 1)))


CONSTANTS: Contenders = {PER_DECISION: _per_decision, PATHWAYS: _per_acceptance}
"""Learners of numbers that are the same for everybody: per decision, or per acceptance by its pathways."""

VARYING: Contenders = {name: _classic(name) for name in CONTINUOUS}
"""Learners of effects that move with features of the customer."""


def choose(table: Table, *, seed: int = 0) -> Choice:
    """Choose among all by the inner folds, and grade the choice by the outer ones."""
    fold, constants = customer_folds(table.trial.customers, folds=_OUTER, seed=seed), constants_for(table)
    gains = np.zeros(len(table))
    for each in np.unique(fold):
        taught, places = table.take(np.flatnonzero(fold != each)), np.flatnonzero(fold == each)
        asked, losses = table.take(places), inner_losses(taught, constants, seed=seed + 1)
        plain, winner = _least(losses, constants), _least(losses, VARYING)
        gains[places] = _losses(CONSTANTS[plain], taught, asked) - _losses(VARYING[winner], taught, asked)
    losses = inner_losses(table, constants, seed=seed + 1)
    gain = mean_by_customer(gains, table.trial.customers, seed=seed)
    return Choice(_least(losses, constants), _least(losses, VARYING), gain, losses)


def constants_for(table: Table) -> Contenders:
    """Return the constants that may contend: pathways only where enough of those left alone are gone, and enough are not.

    Where no terms are bought nobody is gone, and no part of margin is quieter than the whole.
    """
    alone = table.trial.gone[table.trial.arm == -1]
    told = min((alone == 1.0).sum(), (alone == 0.0).sum()) >= FEWEST_GONE and bool(table.outlook.gone.any())
    return CONSTANTS if told else {PER_DECISION: CONSTANTS[PER_DECISION]}


def inner_losses(table: Table, constants: Contenders, *, seed: int) -> dict[str, float]:
    """Return the mean loss of these constants and of every learner of effects that vary, over the inner folds."""
    fold = customer_folds(table.trial.customers, folds=_INNER, seed=seed)
    parts = [(table.take(np.flatnonzero(fold != each)), table.take(np.flatnonzero(fold == each))) for each in range(_INNER)]
    return {
        name: float(np.concatenate([_losses(contender, taught, asked) for taught, asked in parts]).mean())
        for name, contender in {**constants, **VARYING}.items()
    }


def _least(losses: Mapping[str, float], group: Contenders) -> str:
    return min(group, key=lambda name: losses[name])


def _losses(contender: Contender, taught: Table, asked: Table) -> FloatArray:
    return r_losses(asked.sample, contender(taught, asked))
