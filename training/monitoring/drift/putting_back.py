"""How would a column look had it not drifted: every value takes the place among those of then that it has among those of now.

Nobody's order changes: who was highest stays highest. A missing value counts as the lowest, so a missing share is put back too.
Equal values are told apart by lot where those of then were not equal. Codes have no order: of those that became too many, some
are drawn and get a code that became too rare.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray


def put_back(now: FloatArray, then: FloatArray, *, seed: int) -> FloatArray:
    """Return the values of now, distributed as those of then; NaN is missing.

    >>> put_back(np.array([10.0, 30.0, 20.0]), np.array([1.0, 2.0, 3.0]), seed=0).tolist()
    [1.0, 3.0, 2.0]
    """
    lots = np.random.default_rng(seed).permutation(len(now))
    order = np.lexsort((lots, _lowest_where_missing(now)))
    places = ((np.arange(len(now)) + 0.5) * len(then) / len(now)).astype(np.intp)
    moved = np.empty(len(now))
    moved[order] = np.sort(_lowest_where_missing(then))[places]
    return np.where(np.isneginf(moved), np.nan, moved)


def put_codes_back(now: FloatArray, then: FloatArray, *, seed: int) -> FloatArray:
    """Return the codes of now with the shares of then; as few change as can.

    >>> put_codes_back(np.array([1.0, 1.0, 1.0, 2.0]), np.array([1.0, 2.0]), seed=0).tolist().count(1.0)
    2
    """
    codes, place = np.unique(_lowest_where_missing(np.concatenate([now, then])), return_inverse=True)
    mine, theirs = place[: len(now)], place[len(now) :]
    wanted = _whole_numbers(np.bincount(theirs, minlength=len(codes)) / len(then), len(now))
    lots = np.random.default_rng(seed).permutation(len(now))
    order = np.lexsort((lots, mine))
    rank = np.empty(len(now), dtype=np.intp)
    rank[order] = np.arange(len(now)) - np.searchsorted(mine[order], mine[order])
    too_many = rank >= wanted[mine]
    lacking = np.maximum(wanted - np.bincount(mine, minlength=len(codes)), 0)
    moved = mine.copy()
    moved[too_many] = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(codes)), lacking))
    return np.where(np.isneginf(codes[moved]), np.nan, codes[moved])


def _lowest_where_missing(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), -np.inf, values)


def _whole_numbers(shares: FloatArray, total: int) -> npt.NDArray[np.intp]:
    """Return whole numbers nearest to the shares of a total that add up to it: the largest remainders are rounded up."""
    exact = shares * total
    counts = np.floor(exact).astype(np.intp)
    missing = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return counts
