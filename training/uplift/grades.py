"""How good are predicted effects, where only one of all outcomes of a customer is ever seen: two measures, taken by customer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from training.measures.resamples import Estimate, estimate
from training.uplift.learners import Sample

DRAWS = 200


def r_losses(sample: Sample, effects: FloatArray) -> FloatArray:
    """Return each row's squared error of what was not expected by the effect of its arm; lower is better (Nie and Wager 2021).

    The effect counts less what all arms bring on average, since that is in what was expected.
    """
    own = sample.arm[:, None] == np.arange(sample.arms)
    centred = np.where(own, effects, 0.0).sum(axis=1) - effects @ own.mean(axis=0)
    return np.asarray((sample.residual - sample.residual.mean() - centred) ** 2)


def qini(sample: Sample, effects: FloatArray, *, arm: int) -> float:
    """Return how much more the arm brings, a row, if those of highest effect get it first than if anybody does; higher is better.

    The mean over all depths of what is brought above the straight line.
    """
    pair = (sample.arm == arm) | (sample.arm == -1)
    by_chance = np.random.default_rng(0).permutation(int(pair.sum()))  # rows of one effect come in no order, not in that of time
    order = by_chance[np.argsort(-effects[pair, arm][by_chance], kind="stable")]
    own, outcome = (sample.arm[pair] == arm)[order], sample.outcome[pair][order]
    treated, control = np.cumsum(own), np.cumsum(~own)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.cumsum(outcome * own) - np.nan_to_num(np.cumsum(outcome * ~own) * treated / control)
    return float((gain - gain[-1] * np.arange(1, len(gain) + 1) / len(gain)).mean() / max(treated[-1], 1))


def mean_by_customer(values: FloatArray, customers: npt.NDArray[np.int32], *, seed: int = 0) -> Estimate:
    """Return the mean of a figure of the rows, and its 95 % interval over draws of whole customers."""
    codes = np.unique(customers, return_inverse=True)[1]
    sums, counts = np.bincount(codes, values), np.bincount(codes)
    rng, found = np.random.default_rng(seed), [values.mean()]
    for _ in range(DRAWS):
        drawn = rng.integers(len(sums), size=len(sums))
        found.append(sums[drawn].sum() / counts[drawn].sum())
    return estimate(np.array(found))
