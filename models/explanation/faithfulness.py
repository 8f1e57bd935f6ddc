"""Do reasons tell the truth: does the answer fall when what raised it most becomes what it is for the median customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.explanation.contributions import ExplainedModel, contributions_of
from models.explanation.strongest import LEAST_CONTRIBUTION, Grouping
from models.rows import BoolArray, FloatArray, Rows


class AskedAgain(ExplainedModel, Protocol):
    """A model that can be explained and asked again."""

    def log_odds(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the log-odds served, one column a horizon."""


@dataclass(frozen=True)
class Replaced:
    """What came of replacing, in each row, the code that raised the answer most.

    `codes`: the list that `code` points into; `raised`: by how much it raised the log-odds, 0 or less where nothing did;
    `change`: of the served log-odds without it.
    """

    codes: tuple[str, ...]
    code: npt.NDArray[np.intp]
    raised: FloatArray
    change: FloatArray

    @property
    def told(self) -> BoolArray:
        """Return which rows have a raising code that would be told to people."""
        return np.asarray(self.raised >= LEAST_CONTRIBUTION)

    def by_code(self) -> dict[str, tuple[int, float]]:
        """Return, for each code that is told as anybody's strongest, how often it is, and in which share the answer fell."""
        found = {name: self.change[self.told & (self.code == place)] for place, name in enumerate(self.codes)}
        return {name: (len(change), float(np.mean(change < 0))) for name, change in found.items() if len(change)}


def without_top_reason(model: AskedAgain, rows: Rows, *, names: Sequence[str], horizon_days: int) -> Replaced:
    """Return how each served answer changes when the features of its top raising code become the median customer's."""
    place = [each.horizon_days for each in model.horizons].index(horizon_days)
    grouping = Grouping.of(names)
    added = grouping.summed(contributions_of(model, rows, names=names, horizon_days=horizon_days).features)
    code = added.argmax(axis=1)
    replaced = np.where(grouping.member == code[:, None], model.ranges.median_customer(), rows)
    before, after = (model.log_odds(each, names=names)[:, place] for each in (rows, replaced))
    return Replaced(grouping.codes, code, added.max(axis=1), after - before)


def lowered_share(found: Replaced, among: BoolArray) -> float:
    """Return in which share of these rows the answer fell; NaN of none."""
    return float(np.mean(found.change[among] < 0)) if among.any() else float("nan")
