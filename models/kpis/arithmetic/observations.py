"""What was observed: rows with a stage and a moment, of which any part gives a figure, pooled or by stage and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from features.stages.winners import StageCodes
from features.times import Timestamp
from models.kpis.arithmetic.figures import Figure, IntArray, Rows, Scale, figure_of
from models.rows import BoolArray, FloatArray

NEVER = int(np.iinfo(np.int64).max)
"""The moment of what has not happened yet."""


class Measured(Protocol):
    """Anything a KPI can be taken from: parts of it are the same kind of thing, and each gives a figure."""

    def within(self, since: Timestamp, until: Timestamp) -> Self:
        """Return what counts from `since` on and before `until`."""
        ...

    def of_stage(self, stage: int) -> Self:
        """Return what belongs to one stage, named by its place in the set."""
        ...

    def figure(self) -> Figure:
        """Return the figure of all of it."""
        ...


@dataclass(frozen=True)
class Staged:
    """Rows of customers (places among all), each in a stage (`NOT_SEEN` in none) and at the moment it counts at."""

    customers: IntArray
    stages: StageCodes
    times: IntArray

    def where(self, chosen: npt.NDArray[Any]) -> Self:
        """Return the chosen rows: every column of the table, cut alike."""
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(self, **{name: column[chosen] for name, column in columns.items() if isinstance(column, np.ndarray)})

    def within(self, since: Timestamp, until: Timestamp) -> Self:
        """Return the rows from `since` on and before `until`."""
        return self.where((self.times >= since) & (self.times < until))

    def of_stage(self, stage: int) -> Self:
        """Return the rows of one stage."""
        return self.where(self.stages == stage)

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True)
class Observations(Staged):
    """What a ratio is taken of; `counted` rows are told as its count, the others only weigh (the time somebody was there)."""

    amounts: FloatArray
    weights: FloatArray
    counted: BoolArray
    scale: Scale

    def figure(self) -> Figure:
        """Return amounts over weights."""
        return figure_of(Rows(self.customers, self.amounts, self.weights, int(self.counted.sum())), self.scale)


def observed(rows: Staged, amounts: npt.NDArray[Any], *, scale: Scale, times: IntArray | None = None) -> Observations:
    """Return one observation of weight 1 for each row whose amount is known; it counts at `times`, by default the rows' own."""
    known = ~np.isnan(amounts.astype(np.float64))
    moments = rows.times if times is None else times
    count = int(known.sum())
    return Observations(
        rows.customers[known],
        rows.stages[known],
        moments[known],
        amounts[known].astype(np.float64),
        np.ones(count),
        np.ones(count, dtype=np.bool_),
        scale,
    )


_Table = TypeVar("_Table", bound=Any)


def joined(parts: Sequence[_Table]) -> _Table:
    """Return the rows of tables of one kind, part after part; what is no column is that of the first."""
    first = parts[0]
    names = [each.name for each in fields(first) if isinstance(getattr(first, each.name), np.ndarray)]
    table: _Table = replace(first, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    return table
