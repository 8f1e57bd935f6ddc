"""Which rows prove that a stored model answers as it did: invented ones, within the ranges of training, nobody's own."""

from __future__ import annotations

import hashlib

import numpy as np

from models.model import ColumnRange
from models.rows import Rows

_ROWS = 32


def golden_rows(ranges: ColumnRange, *, seed: str) -> Rows:
    """Return 32 rows drawn column by column between the ranges' ends, missing as often as in training; the last one is empty.

    The columns are drawn apart, so no row resembles a customer. The same `seed` text gives the same rows.

    Examples
    --------
    >>> golden_rows(ColumnRange((0.0,), (1.0,), (0.0,), (0.5,)), seed="a").shape
    (32, 1)
    """
    random = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    low, high = np.asarray(ranges.low), np.asarray(ranges.high)
    drawn = low + (high - low) * random.random((_ROWS, len(low)))
    drawn[random.random(drawn.shape) < np.asarray(ranges.missing)] = np.nan
    drawn[-1] = np.nan
    return np.asarray(drawn, dtype=np.float32)
