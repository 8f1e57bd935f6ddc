"""Which columns moved between the customers a model learned from and those of now: features, and the model's own scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.language.feature import is_category
from features.quality.spreads import feature_shift
from features.reports.monitor import ColumnDrift
from models.rows import FloatArray
from training.monitoring.drift.effects import Budget, cohens_d, exceeding, moved_share

MOST_CUSTOMERS = 100_000
"""Of more, so many are taken evenly in the order of their ids: what matters is far larger than what they leave untold."""


@dataclass(frozen=True)
class Column:
    """One column of then and of now, a value a customer; NaN is missing."""

    name: str
    then: FloatArray
    now: FloatArray

    @property
    def known(self) -> tuple[FloatArray, FloatArray]:
        """Return the values of now and of then that are not missing."""
        return self.now[~np.isnan(self.now)], self.then[~np.isnan(self.then)]

    @property
    def missing(self) -> tuple[float, float]:
        """Return the missing shares of now and of then."""
        return float(np.isnan(self.now).mean()), float(np.isnan(self.then).mean())

    @property
    def tests(self) -> int:
        """Return in how many ways the column could be found to move: its values if they vary, its missing share if it does."""
        values, gaps = np.concatenate(self.known), np.isnan(np.concatenate([self.then, self.now]))
        return int(len(values) > 0 and bool((values != values[0]).any())) + int(gaps.any() and not gaps.all())


def columns_of(then: npt.NDArray[np.float32], now: npt.NDArray[np.float32], *, names: Sequence[str]) -> Iterator[Column]:
    """Give the columns of two matrices; of very many customers, some taken evenly."""
    samples = [matrix[:: -(-max(len(matrix), 1) // MOST_CUSTOMERS)] for matrix in (then, now)]
    for place, name in enumerate(names):
        yield Column(name, *(np.asarray(sample[:, place], dtype=np.float64) for sample in samples))


def compared(columns: Sequence[Column]) -> tuple[int, list[ColumnDrift]]:
    """Return how many tests share the chance of a false alarm, and how far each column moved; what never varies is left out."""
    varying = [(column, column.tests) for column in columns]
    budget = Budget(sum(tests for _, tests in varying))
    return budget.tests, [_drift(column, budget) for column, tests in varying if tests]


def moved_names(columns: Sequence[Column]) -> set[str]:
    """Return the columns that moved: what `compared` finds, without the figures that only people read."""
    varying = [column for column in columns if column.tests]
    budget = Budget(sum(column.tests for column in varying))
    return {column.name for column in varying if _Moved.of(column, budget).anything}


@dataclass(frozen=True)
class _Moved:
    """The effect of a column and of its missing share, each with its limit."""

    effect: float
    limit: float
    by: float
    missing: tuple[float, float]
    missing_limit: float

    @classmethod
    def of(cls, column: Column, budget: Budget) -> _Moved:
        now, then = column.known
        share_limit = budget.share_limit(len(column.now), len(column.then))
        if not is_category(column.name):
            effect = exceeding(now, then)
            return cls(effect, budget.limit(len(now), len(then)), abs(effect - 0.5), column.missing, share_limit)
        codes, place = np.unique(np.concatenate([now, then]), return_inverse=True)
        effect = moved_share(place[: len(now)], place[len(now) :], codes=len(codes))
        return cls(effect, budget.share_limit(len(now), len(then), codes=len(codes)), effect, column.missing, share_limit)

    @property
    def moved(self) -> bool:
        return self.by >= self.limit

    @property
    def went_missing(self) -> bool:
        return abs(self.missing[0] - self.missing[1]) >= self.missing_limit

    @property
    def anything(self) -> bool:
        return self.moved or self.went_missing


def _drift(column: Column, budget: Budget) -> ColumnDrift:
    found, category = _Moved.of(column, budget), is_category(column.name)
    return ColumnDrift(
        name=column.name,
        kind="category" if category else "number",
        effect=found.effect,
        limit=found.limit,
        d=None if category else cohens_d(found.effect),
        psi=feature_shift(column.name, column.then, after=column.now).psi,
        moved=found.moved,
        missing_before=found.missing[1],
        missing_after=found.missing[0],
        missing_limit=found.missing_limit,
        went_missing=found.went_missing,
    )
