"""Which columns moved between the customers a model learned from and those of now: features, and the model's own scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.language.feature import is_category
from features.quality.spreads import feature_shift
from features.reports.drift import ColumnDrift
from models.rows import FloatArray
from training.monitoring.drift.effects import (
    Budget,
    cohens_d,
    exceeding,
    farthest_share,
    log_sets_of_codes,
    log_sides_of_values,
    moved_share,
)


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
        varies = len(values) > 0 and bool((values != values[0]).any())
        return varies * (1 if is_category(self.name) else 2) + int(gaps.any() and not gaps.all())


def columns_of(then: npt.NDArray[np.float32], now: npt.NDArray[np.float32], *, names: Sequence[str]) -> Iterator[Column]:
    """Give the columns of two matrices, one after the other."""
    for place, name in enumerate(names):
        yield Column(name, *(np.asarray(matrix[:, place], dtype=np.float64) for matrix in (then, now)))


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
    """The effects of a column and of its missing share, each with its limit: of order (numbers), and of shares."""

    order: float
    order_limit: float
    share: float
    share_limit: float
    missing: tuple[float, float]
    missing_limit: float

    @classmethod
    def of(cls, column: Column, budget: Budget) -> _Moved:
        (now, then), missing = column.known, column.missing
        sizes = len(now), len(then)
        missing_limit = budget.share_limit(len(column.now), len(column.then))
        values, place = np.unique(np.concatenate([now, then]), return_inverse=True)
        if is_category(column.name):
            share = moved_share(place[: len(now)], place[len(now) :], codes=len(values))
            limit = budget.share_limit(*sizes, log_sets=log_sets_of_codes(len(values)))
            return cls(0.5, 1.0, share, limit, missing, missing_limit)
        limit = budget.share_limit(*sizes, log_sets=log_sides_of_values(len(values)))
        return cls(exceeding(now, then), budget.limit(*sizes), farthest_share(now, then), limit, missing, missing_limit)

    @property
    def moved(self) -> bool:
        return abs(self.order - 0.5) >= self.order_limit or self.share >= self.share_limit

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
        effect=None if category else found.order,
        effect_limit=None if category else found.order_limit,
        d=None if category else cohens_d(found.order),
        share=found.share,
        share_limit=found.share_limit,
        psi=feature_shift(column.name, column.then, after=column.now).psi,
        moved=found.moved,
        missing_before=found.missing[1],
        missing_after=found.missing[0],
        missing_limit=found.missing_limit,
        went_missing=found.went_missing,
    )
