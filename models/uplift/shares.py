"""Effects that are a share of something, the same for everybody or moving in a straight line with a few features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.learners.products import weighted, weighted_each
from models.learners.special import expit
from models.rows import FloatArray, Rows

_FURTHEST = 2.0


@dataclass(frozen=True)
class Moderators:
    """The few features, named in advance, that an effect may move with: each centred, in standard deviations, cut off at two.

    A missing value takes the mean. Without any, everybody is the same.
    """

    names: tuple[str, ...] = ()
    middle: tuple[float, ...] = ()
    width: tuple[float, ...] = ()

    @classmethod
    def of(cls, rows: Rows, names: Sequence[str], *, wanted: Sequence[str]) -> Moderators:
        """Learn centres and widths from `rows`; a wanted feature that the rows lack, or that never differs, is left out."""
        found = {name: rows[:, list(names).index(name)].astype(np.float64) for name in wanted if name in names}
        kept = {name: column for name, column in found.items() if np.nanstd(_unempty(column)) > 0}
        middle, width = (tuple(float(of(column)) for column in kept.values()) for of in (np.nanmean, np.nanstd))
        return cls(tuple(kept), middle, width)

    def __call__(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return a column of ones, and one of each moderator."""
        places = [list(names).index(name) for name in self.names]
        moved = (rows[:, places].astype(np.float64) - np.array(self.middle)) / np.array(self.width)
        return np.column_stack([np.ones(len(rows)), np.nan_to_num(np.clip(moved, -_FURTHEST, _FURTHEST))])


@dataclass(frozen=True)
class Shares:
    """What each arm adds to the outcome: `coefficients` has a row an arm, first the effect at the mean, then by moderator."""

    moderators: Moderators
    coefficients: tuple[tuple[float, ...], ...]

    def effects(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return what each arm adds, rows x arms."""
        return self.of(self.moderators(rows, names))

    def of(self, moderators: FloatArray) -> FloatArray:
        """Return the same of moderators that stand ready."""
        return weighted_each(moderators, np.array(self.coefficients).reshape(-1, moderators.shape[1]))

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as a JSON object."""
        return {"form": "shares", **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Shares:
        """Return what `to_json` wrote."""
        return cls(_moderators(value), _matrix(value["coefficients"]))


@dataclass(frozen=True)
class LogOdds:
    """What each arm adds to the log-odds of a yes: `base` is everybody's own level, `coefficients` as in `Shares`."""

    moderators: Moderators
    base: tuple[float, ...]
    coefficients: tuple[tuple[float, ...], ...]

    def effects(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return what each arm adds to the probability, rows x arms."""
        return self.of(self.moderators(rows, names))

    def of(self, moderators: FloatArray) -> FloatArray:
        """Return the same of moderators that stand ready."""
        level = weighted(moderators, np.array(self.base))
        added = weighted_each(moderators, np.array(self.coefficients))
        return np.asarray(expit(level[:, None] + added) - expit(level)[:, None])

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as a JSON object."""
        return {"form": "log_odds", **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> LogOdds:
        """Return what `to_json` wrote."""
        return cls(_moderators(value), tuple(value["base"]), _matrix(value["coefficients"]))


def _unempty(column: FloatArray) -> FloatArray:
    return column if np.isfinite(column).any() else np.zeros(1)


def _moderators(value: Mapping[str, Any]) -> Moderators:
    return Moderators(**{name: tuple(items) for name, items in value["moderators"].items()})


def _matrix(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in rows)
