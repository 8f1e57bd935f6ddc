"""Weighted sums that come out the same for one row as for many: a matrix product may round otherwise, by how many rows it has."""

from __future__ import annotations

import numpy as np

from models.rows import FloatArray


def weighted(rows: FloatArray, weights: FloatArray) -> FloatArray:
    """Return each row's sum of products with the weights, shape (n,); the same to the bit whichever other rows stand beside it.

    >>> weighted(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 1.0])).tolist()
    [12.0, 34.0]
    """
    # row after row in memory, else the sum would run over customers first, and in another order for one of them
    return np.asarray(np.einsum("ij,j->i", np.ascontiguousarray(rows), weights))


def weighted_each(rows: FloatArray, weights: FloatArray) -> FloatArray:
    """Return `weighted` for each row of weights, shape (n, len(weights))."""
    return np.stack([weighted(rows, each) for each in weights], axis=1) if len(weights) else np.zeros((len(rows), 0))
