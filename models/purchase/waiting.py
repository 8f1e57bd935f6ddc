"""In how many days is the next purchase to be expected: the median of the waiting time that the chances describe.

With S(t) the chance of no purchase within t days, the chances of the model give S at each horizon, and S(0) = 1. Between two
horizons u < v, ln S runs as it does for a customer of that rhythm (`Btyd.probability_of_silence`, here B):

    ln S(t) = ln S(u) + (ln S(v) - ln S(u)) (ln B(t) - ln B(u)) / (ln B(v) - ln B(u))

and in a straight line where no rhythm is known. The median is the day on which S falls to one half. It is searched no further
than the longest horizon: beyond it nothing was graded, so nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.learners.btyd import Btyd, PurchaseHistories
from models.rows import FloatArray

_HALF = np.log(0.5)
_LEAST = 1e-12
_SAME_DAY = 1e-6  # of a day: what rounding may add


def median_waiting_days(
    bought: FloatArray, horizons_days: Sequence[int], *, rhythm: Btyd | None = None, histories: PurchaseHistories | None = None
) -> FloatArray:
    """Return in how many whole days, counted from `as_of`, half of such customers will have bought; NaN if beyond the horizons.

    Parameters
    ----------
    bought : float64, shape (n, horizons)
        The chance of a purchase within each horizon, never falling from left to right.
    rhythm, histories
        The rhythm of purchases and each customer's own history; without them, or for who never bought, the line is straight.

    Examples
    --------
    >>> median_waiting_days(np.array([[0.5, 0.6], [0.75, 0.9], [0.1, 0.2]]), (30, 60)).tolist()
    [30.0, 15.0, nan]
    """
    horizons, rows = np.array([0.0, *horizons_days]), np.arange(len(bought))
    silent = np.log(np.maximum(1.0 - np.column_stack([np.zeros(len(bought)), bought]), _LEAST))
    end = np.argmax(silent <= _HALF, axis=1)  # the first horizon by which half have bought, 0 for none
    start = np.maximum(end - 1, 0)
    passed = _share(silent[rows, start], silent[rows, end])
    days = horizons[start] + passed * (horizons[end] - horizons[start])
    if rhythm is not None and histories is not None:
        curve = np.log(np.column_stack([rhythm.probability_of_silence(histories, horizon=day) for day in horizons]))
        wanted = np.exp(curve[rows, start] + passed * (curve[rows, end] - curve[rows, start]))
        rhythmic = np.clip(_day_of_silence(rhythm, histories, chance=wanted), horizons[start], horizons[end])
        days = np.where(histories.known, rhythmic, days)
    return np.where(end > 0, np.maximum(np.ceil(days - _SAME_DAY), 1.0), np.nan)


def _share(first: FloatArray, last: FloatArray) -> FloatArray:
    """Return how far one half lies on the way from `first` down to `last`, as logarithms of silence."""
    return np.asarray(np.clip((first - _HALF) / np.maximum(first - last, _LEAST), 0.0, 1.0))


def _day_of_silence(rhythm: Btyd, histories: PurchaseHistories, *, chance: FloatArray) -> FloatArray:
    """Return the day to which silence lasts with that chance: `Btyd.probability_of_silence` solved for its horizon."""
    waiting, rate = rhythm.alpha + histories.age, rhythm.r + histories.repeats
    left = np.maximum(1.0 - (1.0 - chance) / np.maximum(rhythm.probability_alive(histories), _LEAST), _LEAST)
    return np.asarray(waiting * np.expm1(-np.log(np.minimum(left, 1.0)) / rate))
