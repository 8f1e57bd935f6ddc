"""How good are chances of several stages against the stage that came: five measures, on the rows and on each resample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.rows import BoolArray, FloatArray
from training.measures.resamples import Draws, Resamples

MEASURES: Mapping[str, str] = {
    "log_loss": "mean negative log-likelihood of the stage that came, in nats; lower is better",
    "brier": "mean sum of squared errors over the stages, 0 to 2; lower is better",
    "accuracy": "share of customers whose likeliest stage came; higher is better",
    "macro_auc": "mean over the stages of the chance that who came to it was scored above who did not; higher is better",
    "auc": "the same of leaving, among those in no exit stage: into one, or out of the stage where none is an exit",
}

LEAST_COUNTED = 1e-6
"""A stage that came though it was given less costs as if it had been given this: a log-loss is never infinite."""


@dataclass(frozen=True)
class StageMeasure:
    """Measures chances of the stages of one set; `exits` says of each stage, in the order of codes, whether it is an exit."""

    exits: tuple[bool, ...]

    def __call__(self, chances: FloatArray, truth: FloatArray, /, *, resamples: Resamples) -> Draws:
        """Take every measure of `MEASURES`.

        Parameters
        ----------
        chances : float64, shape (n, stages)
        truth : float64, shape (n, 2)
            The code of the stage that came, and of the one the customer stood in.

        Returns
        -------
        Draws
            Each of shape (1 + resamples.count,); an AUC is NaN where it happened to nobody or to all.
        """
        came = truth[:, 0].astype(np.intp)
        means = _means(_per_row(chances, came), resamples)
        by_stage = [ranking(chances[:, code], came == code, resamples=resamples) for code in range(chances.shape[1])]
        taken = [draws for draws in by_stage if np.isfinite(draws[0])]
        macro = np.mean(taken, axis=0) if taken else np.full(1 + resamples.count, np.nan)
        asked, left = self.leaving(truth)
        scored = ranking(self.chance_to_leave(chances, truth)[asked], left[asked], resamples=_of(resamples, asked))
        return {**means, "macro_auc": macro, "auc": scored}

    def leaving(self, truth: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Return of which rows leaving is asked, and in which it happened."""
        came, stood, exits = truth[:, 0].astype(np.intp), truth[:, 1].astype(np.intp), np.array((*self.exits, False))
        if not exits.any():
            return np.ones(len(truth), np.bool_), came != stood
        return ~exits[stood], exits[came]

    def chance_to_leave(self, chances: FloatArray, truth: FloatArray) -> FloatArray:
        """Return the chance of what `leaving` asks; of `truth` only where the customers stood is read."""
        exits, stood = np.array(self.exits), truth[:, 1].astype(np.intp)
        if exits.any():
            return np.asarray(chances[:, exits].sum(axis=1))
        return 1.0 - np.column_stack([chances, np.zeros(len(chances))])[np.arange(len(chances)), stood]


def ranking(scores: FloatArray, happened: BoolArray, *, resamples: Resamples) -> FloatArray:
    """Return the chance that a row to which it happened scores above one to which it did not, on the rows and each resample.

    >>> rows = Resamples(np.arange(4, dtype=np.int32), count=0, seed=0)
    >>> ranking(np.array([0.9, 0.1, 0.4, 0.3]), np.array([True, False, False, True]), resamples=rows).tolist()
    [0.75]
    """
    if not happened.any() or happened.all():
        return np.full(1 + resamples.count, np.nan)
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
    return np.concatenate([_ranked(weights, happened[order], starts) for weights in resamples.weights(order)])


def _ranked(weights: FloatArray, happened: BoolArray, starts: np.typing.NDArray[np.intp]) -> FloatArray:
    ours = np.add.reduceat(weights * happened, starts, axis=1)
    others = np.add.reduceat(weights, starts, axis=1) - ours
    below = others.sum(axis=1, keepdims=True) - np.cumsum(others, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((ours * (below + 0.5 * others)).sum(axis=1) / (ours.sum(axis=1) * others.sum(axis=1)))


def _per_row(chances: FloatArray, came: np.typing.NDArray[np.intp]) -> dict[str, FloatArray]:
    given = chances[np.arange(len(chances)), came]
    return {
        "log_loss": -np.log(np.maximum(given, LEAST_COUNTED)),
        "brier": (chances**2).sum(axis=1) - 2 * given + 1,
        "accuracy": (chances.argmax(axis=1) == came).astype(np.float64),
    }


def _means(per_row: Mapping[str, FloatArray], resamples: Resamples) -> dict[str, FloatArray]:
    table = np.column_stack([*per_row.values(), np.ones(len(resamples.customers))])
    sums = np.concatenate([weights @ table for weights in resamples.weights(np.arange(len(table)))])
    return {name: sums[:, place] / sums[:, -1] for place, name in enumerate(per_row)}


def _of(resamples: Resamples, rows: BoolArray) -> Resamples:
    return Resamples(resamples.customers[rows], resamples.count, resamples.seed)
