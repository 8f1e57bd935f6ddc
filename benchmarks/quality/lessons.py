"""What does a peer learn from: the quantities of every stacked month or of the newest, and the same of who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from benchmarks.quality.occasions import Occasion
from models.rows import FloatArray, Rows


@dataclass(frozen=True)
class Lesson:
    """The rows learned from with their label at the horizon asked for, and the rows asked about; `names` are their columns."""

    rows: Rows
    label: FloatArray
    asked: Rows
    names: tuple[str, ...]

    @classmethod
    def stacked(cls, occasion: Occasion) -> Lesson:
        """Return every month that had closed by the cut-off."""
        learning, columns = occasion.learning, occasion.quantities
        names = tuple(learning.names[place] for place in columns)
        return cls(learning.rows[:, columns], learning.labels[:, -1], occasion.asked.rows[:, columns], names)

    @classmethod
    def newest(cls, occasion: Occasion) -> Lesson:
        """Return the newest month that had closed by the cut-off."""
        whole, as_ofs = cls.stacked(occasion), occasion.learning.as_ofs
        last = as_ofs == as_ofs.max()
        return replace(whole, rows=whole.rows[last], label=whole.label[last])

    def of(self, names: Sequence[str]) -> Lesson:
        """Return those of the named columns that there are."""
        return self._columns([self.names.index(name) for name in names if name in self.names])

    def known(self) -> Lesson:
        """Return the columns of which anything is known."""
        return self._columns(np.flatnonzero(~np.isnan(self.rows).all(axis=0)).tolist())

    def _columns(self, places: list[int]) -> Lesson:
        names = tuple(self.names[place] for place in places)
        return replace(self, rows=self.rows[:, places], asked=self.asked[:, places], names=names)


def logistic(*, flagged: bool = False, **settings: float) -> Pipeline:
    """Return a logistic regression over signed logarithms: counts, days and money all have long tails.

    `flagged`: that a feature is not known is a column of its own, as it is to our regressions.
    """
    logarithms = FunctionTransformer(lambda rows: np.sign(rows) * np.log1p(np.abs(rows)))
    regression = LogisticRegression(max_iter=1000, **settings)
    return make_pipeline(SimpleImputer(strategy="median", add_indicator=flagged), logarithms, StandardScaler(), regression)
