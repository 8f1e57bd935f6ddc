"""How good are probabilities against what happened: seven measures of yes-or-no answers, on the rows and on each resample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from training.measures.resamples import Draws, Resamples

MEASURES: Mapping[str, str] = {
    "auc": "chance that who left was scored above who stayed; higher is better",
    "pr_auc": "average precision; higher is better, the share of leavers is no skill",
    "log_loss": "mean negative log-likelihood in nats; lower is better",
    "brier": "mean squared error of the probability; lower is better",
    "ece": "expected calibration error over tenths of the scores; lower is better",
    "level_error": "mean probability less the share that left; 0 is best",
    "lift_top_decile": "share of leavers among the top tenth over the share among all; higher is better",
}
_TENTHS = np.arange(0.1, 0.95, 0.1)
_SMALLEST = 1e-12


def measure(probabilities: FloatArray, left: FloatArray, *, resamples: Resamples) -> Draws:
    """Take every measure of `MEASURES` on the rows and on each resample.

    Parameters
    ----------
    probabilities, left : float64, shape (n,)
        Probability to leave, and 1.0 for who left.

    Returns
    -------
    Draws
        Each of shape (1 + resamples.count,). A measure that needs both leavers and stayers is NaN where one is missing.

    Examples
    --------
    >>> left = np.array([1.0, 0.0, 0.0, 1.0])
    >>> resamples = Resamples(np.arange(4, dtype=np.int32), count=0, seed=0)
    >>> round(float(measure(np.array([0.9, 0.1, 0.4, 0.3]), left, resamples=resamples)["auc"][0]), 2)
    0.75
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = _Ranked.of(np.clip(probabilities[order], _SMALLEST, 1 - _SMALLEST), left[order])
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [{**_ranking(ranked, weights), **_likelihood(ranked, weights)} for weights in resamples.weights(order)]
    return {name: np.concatenate([part[name] for part in parts]) for name in MEASURES}


def feature_aucs(rows: npt.NDArray[np.float32], left: FloatArray) -> FloatArray:
    """Return how well each column alone ranks leavers above stayers, whichever way is up; a missing value counts as the lowest.

    0.5 where nobody left, or everybody did: there is nothing to rank.

    Examples
    --------
    >>> feature_aucs(np.array([[3.0, 1.0], [2.0, 1.0], [np.nan, 1.0]], np.float32), np.array([0.0, 1.0, 1.0])).tolist()
    [1.0, 0.5]
    """
    comparable = np.where(np.isnan(rows), -np.inf, rows)
    left_rows, stayed_rows = comparable[left > 0.5], np.sort(comparable[left <= 0.5], axis=0)
    pairs = left_rows.shape[0] * stayed_rows.shape[0]
    if not pairs:
        return np.full(rows.shape[1], 0.5)
    below_or_equal = [
        np.searchsorted(stayed, leavers, side="left").sum() + np.searchsorted(stayed, leavers, side="right").sum()
        for leavers, stayed in zip(left_rows.T, stayed_rows.T, strict=True)
    ]
    auc = np.array(below_or_equal) / 2 / pairs
    return np.asarray(np.maximum(auc, 1 - auc))


@dataclass(frozen=True)
class _Ranked:
    """Rows by falling probability: what each adds to the sums of a measure, and where a new probability begins."""

    left: FloatArray
    starts: npt.NDArray[np.intp]
    sums: FloatArray

    @classmethod
    def of(cls, probabilities: FloatArray, left: FloatArray) -> _Ranked:
        loss = -np.log(np.where(left > 0.5, probabilities, 1 - probabilities))
        tenth = np.searchsorted(np.unique(np.quantile(probabilities, _TENTHS)) if len(left) else _TENTHS, probabilities)
        excess = np.zeros((len(left), len(_TENTHS) + 1))
        excess[np.arange(len(left)), tenth] = probabilities - left
        sums = np.column_stack([np.ones_like(left), loss, (probabilities - left) ** 2, probabilities - left, excess])
        return cls(left, np.flatnonzero(np.diff(probabilities, prepend=np.inf)), sums)


def _ranking(ranked: _Ranked, weights: FloatArray) -> dict[str, FloatArray]:
    leavers = np.add.reduceat(weights * ranked.left, ranked.starts, axis=1)
    stayers = np.add.reduceat(weights, ranked.starts, axis=1) - leavers
    caught, alarmed = np.cumsum(leavers, axis=1), np.cumsum(stayers, axis=1)
    all_left, all_stayed = caught[:, -1], alarmed[:, -1]
    asked = caught + alarmed
    tenth = 0.1 * (all_left + all_stayed)
    from_nobody = np.pad(np.stack([asked, caught]), ((0, 0), (0, 0), (1, 0)))
    in_top = np.array([np.interp(*row) for row in zip(tenth, *from_nobody, strict=True)])
    return {
        "auc": np.sum(leavers * (all_stayed[:, None] - alarmed + 0.5 * stayers), axis=1) / (all_left * all_stayed),
        "pr_auc": np.sum(leavers * caught / np.maximum(asked, 1), axis=1) / all_left,
        "lift_top_decile": in_top / (0.1 * all_left),
    }


def _likelihood(ranked: _Ranked, weights: FloatArray) -> dict[str, FloatArray]:
    sums = weights @ ranked.sums
    means = sums[:, 1:] / sums[:, :1]
    return {
        "log_loss": means[:, 0],
        "brier": means[:, 1],
        "level_error": means[:, 2],
        "ece": np.abs(means[:, 3:]).sum(axis=1),
    }
