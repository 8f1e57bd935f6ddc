"""How many more days is a customer expected in the present stage: the mean of the time left, restricted to a year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.learners.products import weighted
from models.rows import FloatArray

WITHIN_DAYS = 365
"""Days beyond which nothing is counted: a restricted mean is known where the mean of a time with a long tail is not."""


def expected_days_left(still_there: FloatArray, horizons_days: Sequence[int]) -> FloatArray:
    """Return the expected days of the next 365 that a customer stays on in the present stage, one a row.

    The chance to be there yet is 1 today and `still_there` (rows, horizons) at each horizon, made to fall where it rises: who
    comes back did leave. Up to the longest horizon H the area under the straight lines between is taken. Beyond it S is
    *extrapolated*: it falls at its mean rate until H, r = -ln S(H) / H, which adds S(H) (1 - exp(-r (365 - H))) / r.

    Examples
    --------
    >>> expected_days_left(np.array([[1.0, 1.0], [0.5, 0.0], [1.0, 0.0]]), [30, 60]).tolist()
    [365.0, 30.0, 45.0]
    """
    there = np.minimum.accumulate(np.column_stack([np.ones(len(still_there)), still_there]), axis=1)
    ends, there = _within(np.array([0.0, *horizons_days]), there)
    longest = ends[-1]
    seen = weighted((there[:, 1:] + there[:, :-1]) / 2, np.diff(ends))
    last, beyond = there[:, -1], WITHIN_DAYS - longest
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = -np.log(last) / longest
        falling = last * -np.expm1(-rate * beyond) / rate
    tail = np.where(last <= 0, 0.0, np.where(rate <= 0, beyond * last, falling))
    return np.asarray(seen + tail)


def _within(ends: FloatArray, there: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the moments and the chances up to `WITHIN_DAYS` at most, the last on the straight line where it is cut off."""
    cut = int(np.searchsorted(ends, WITHIN_DAYS))
    if cut == len(ends):
        return ends, there
    share = (WITHIN_DAYS - ends[cut - 1]) / (ends[cut] - ends[cut - 1])
    last = there[:, cut - 1] + share * (there[:, cut] - there[:, cut - 1])
    return np.append(ends[:cut], WITHIN_DAYS), np.column_stack([there[:, :cut], last])
