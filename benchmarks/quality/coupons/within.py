"""How well are households ranked within one campaign: whatever is said of campaigns beside one another does not count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from training.measures.resamples import Draws, Resamples


def auc_within(answers: FloatArray, truth: FloatArray, *, groups: Sequence[npt.NDArray[np.intp]], resamples: Resamples) -> Draws:
    """Return the share of pairs within a group, one who took the offer and one who did not, that are in the right order.

    >>> rows = np.arange(4)
    >>> none = Resamples(rows.astype(np.int32), count=0, seed=0)
    >>> scores, truth = np.array([0.1, 0.2, 0.9, 0.8]), np.array([0.0, 1.0, 0.0, 1.0])
    >>> auc_within(scores, truth, groups=[rows[:2], rows[2:]], resamples=none)["auc_within"].tolist()
    [0.5]
    """
    pairs = [_pairs(answers, truth, group, resamples) for group in groups]
    right, all_pairs = np.sum([each[0] for each in pairs], axis=0), np.sum([each[1] for each in pairs], axis=0)
    return {"auc_within": right / all_pairs}


def _pairs(
    answers: FloatArray, truth: FloatArray, group: npt.NDArray[np.intp], resamples: Resamples
) -> tuple[FloatArray, FloatArray]:
    """Return, for each draw, how many pairs of a group are in the right order (ties half), and how many there are."""
    order = group[np.argsort(answers[group], kind="stable")]
    starts = np.flatnonzero(np.diff(answers[order], prepend=-np.inf))
    weights = np.concatenate(list(resamples.weights(order)))
    yes = np.add.reduceat(weights * truth[order], starts, axis=1)
    no = np.add.reduceat(weights, starts, axis=1) - yes
    below = np.cumsum(no, axis=1) - no
    return np.sum(yes * (below + 0.5 * no), axis=1), yes.sum(axis=1) * no.sum(axis=1)
