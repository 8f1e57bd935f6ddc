"""How good is a short list: of the categories named first, how many were bought, on the customers and on each resample."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.needs import likeliest
from models.rows import BoolArray, FloatArray
from training.measures.resamples import Draws, Resamples

LENGTHS = (1, 5, 10)
LISTED = f"precision_at_{LENGTHS[-1]}"
"""The measure that lists are compared by: of the ten named first, the share that was bought."""


def hits(scores: FloatArray, bought: BoolArray) -> dict[str, FloatArray]:
    """Return for each customer the precision at 1, 5 and 10, and the recall at 10; higher is better.

    `scores`: NaN for what is not named at all. A list that is shorter than asked for has no hits in the places it lacks. A
    customer who bought nothing has no recall (NaN).

    Examples
    --------
    >>> found = hits(np.array([[0.9, 0.5, np.nan]]), np.array([[True, False, True]]))
    >>> found["precision_at_1"].tolist(), found["recall_at_10"].tolist()
    ([1.0], [0.5])
    """
    listed = likeliest(scores, LENGTHS[-1])
    hit = np.take_along_axis(bought & ~np.isnan(scores), listed, axis=1).astype(np.float64)
    of_all = bought.sum(axis=1)
    recall = np.where(of_all > 0, hit.sum(axis=1) / np.maximum(of_all, 1), np.nan)
    return {**{f"precision_at_{most}": hit[:, :most].sum(axis=1) / most for most in LENGTHS}, "recall_at_10": recall}


def mean_hits(found: Mapping[str, FloatArray], *, resamples: Resamples) -> Draws:
    """Return the mean of each measure over the customers, and over each resample of them; who has none counts nowhere.

    NaN where nobody has any: a mean of nothing is not 0.
    """
    names = tuple(found)
    table = np.column_stack([found[name] for name in names])
    known = ~np.isnan(table)
    order = np.arange(len(table))
    parts = [(weights @ np.where(known, table, 0.0), weights @ known.astype(np.float64)) for weights in resamples.weights(order)]
    sums, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return {name: means[:, place] for place, name in enumerate(names)}
