"""How sure is a figure that is made of sums over rows: the sums on the rows as they are, and on draws of whole customers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray
from training.measures.resamples import Resamples

RESAMPLES = 300


def drawn_sums(columns: FloatArray, customers: npt.NDArray[np.int32], *, seed: int, count: int = RESAMPLES) -> FloatArray:
    """Return the sum of each column, a row a draw: the rows as they are first.

    Parameters
    ----------
    columns : float64, shape (rows, k)
    customers : int32, shape (rows,)
        A code per row; rows of one customer are drawn together. Equal customers and seeds give paired draws.

    Examples
    --------
    >>> drawn_sums(np.array([[1.0], [2.0]]), np.array([7, 7], np.int32), seed=0, count=1).tolist()
    [[3.0], [3.0]]
    """
    known, codes = np.unique(customers, return_inverse=True)
    by_customer = np.zeros((len(known), columns.shape[1]))
    np.add.at(by_customer, codes, columns)
    resamples = Resamples(np.arange(len(known), dtype=np.int32), count=count, seed=seed)
    return np.concatenate([weights @ by_customer for weights in resamples.weights(np.arange(len(known)))])


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Return one sum over another, of shapes that fit; NaN where the latter is 0, as a share of nobody is not 0.

    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    parts, whole = np.broadcast_arrays(top, bottom)
    return np.asarray(np.divide(parts, whole, out=np.full(parts.shape, np.nan), where=whole > 0))
