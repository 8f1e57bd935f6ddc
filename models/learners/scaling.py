"""How are raw features made fit for a regression: signed logarithm, centred at the median, in quartile ranges, absence flagged.

Features of customers have long tails, so each is put through a signed logarithm, centred at its median, divided by its
interquartile range and cut off eight ranges away. A missing value takes the median, and a flag of its own says that it was
missing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray, Rows

_FURTHEST = 8.0
_RARELY = 0.001  # a flag that hardly ever differs carries no more than noise
_MOST_ROWS = 100_000  # some hundred coefficients are known well enough from these; memory and time stay bounded
_ONE_AT_A_TIME = threading.Lock()  # the limit of threads below holds for the whole process


@dataclass(frozen=True)
class Scaling:
    """What was learned of each column before the regression: its middle, its width, and whether its absence is a sign."""

    middle: tuple[float, ...]
    width: tuple[float, ...]
    flagged: tuple[int, ...]

    def apply(self, rows: Rows) -> FloatArray:
        """Return the scaled columns followed by one 0/1 column for each flagged one; nothing is missing in them."""
        unknown, (middle, width, flagged) = np.isnan(rows), self._arrays
        scaled = (_signed_log(rows) - middle) / width
        scaled = np.where(unknown, 0.0, np.clip(scaled, -_FURTHEST, _FURTHEST))
        return np.hstack([scaled, unknown[:, flagged].astype(np.float64)])

    @cached_property
    def _arrays(self) -> tuple[FloatArray, FloatArray, npt.NDArray[np.intp]]:
        # Made once: for one row, making them would cost more than all the arithmetic.
        return np.asarray(self.middle), np.asarray(self.width), np.asarray(self.flagged, np.intp)

    def by_feature(self, terms: FloatArray) -> FloatArray:
        """Return terms of the scaled columns (last axis) as terms of the features: a flag's term goes to the feature it is of.

        >>> Scaling((0.0, 0.0), (1.0, 1.0), flagged=(1,)).by_feature(np.array([[0.5, 0.1, 0.2]])).round(1).tolist()
        [[0.5, 0.3]]
        """
        features = terms[..., : len(self.middle)].copy()
        features[..., list(self.flagged)] += terms[..., len(self.middle) :]
        return features

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Scaling:
        """Return the scaling of which `dataclasses.asdict` made a JSON object."""
        return cls(**{name: tuple(numbers) for name, numbers in value.items()})


def learn_scaling(rows: Rows) -> Scaling:
    """Return the middle and width of every column; an empty column gets middle 0, a constant one width 1.

    >>> learn_scaling(np.array([[5.0], [5.0], [np.nan]], np.float32)).flagged
    (0,)
    """
    known = _signed_log(rows)
    empty = np.isnan(known).all(axis=0)
    quartiles = np.zeros((3, rows.shape[1]))
    quartiles[:, ~empty] = np.nanquantile(known[:, ~empty], [0.25, 0.5, 0.75], axis=0)
    spread = np.zeros(rows.shape[1])
    spread[~empty] = np.nanstd(known[:, ~empty], axis=0)
    width = np.where(quartiles[2] > quartiles[0], quartiles[2] - quartiles[0], np.where(spread > 0, spread, 1.0))
    absent = np.isnan(rows).mean(axis=0)
    flagged = np.flatnonzero((absent > _RARELY) & (absent < 1 - _RARELY))
    return Scaling(tuple(quartiles[1].tolist()), tuple(width.tolist()), tuple(flagged.tolist()))


def learned_from(rows: int) -> npt.NDArray[np.intp]:
    """Return the places of the rows a regression learns from: all, or 100,000 of more, drawn at random by a fixed seed.

    >>> len(learned_from(7)), len(learned_from(300_000))
    (7, 100000)
    """
    if rows <= _MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, _MOST_ROWS, replace=False))


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold the arithmetic inside to one thread, so that sums are made in the same order every time."""
    from threadpoolctl import threadpool_limits

    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        yield


def _signed_log(rows: Rows) -> FloatArray:
    values = rows.astype(np.float64)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
