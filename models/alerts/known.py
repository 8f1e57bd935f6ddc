"""What do alerts read: the published columns of some customers, as numbers; what was not published is NaN, not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.company.schema import Company
from models.rows import BoolArray, FloatArray


@dataclass(frozen=True)
class Known:
    """Published columns by name, one number a customer, and the company file they are judged by."""

    columns: Mapping[str, FloatArray]
    company: Company

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def column(self, name: str) -> FloatArray:
        """Return a column; NaN for everybody where it was not published."""
        found = self.columns.get(name)
        return np.full(len(self), np.nan) if found is None else found

    def feature(self, name: str) -> FloatArray:
        """Return a feature; NaN for everybody where it was not published."""
        return self.column(f"feature_{name}")

    def has_feature(self, name: str) -> bool:
        """Whether the feature was published at all, so that NaN is its own way of saying `never`."""
        return f"feature_{name}" in self.columns

    @property
    def leaving(self) -> FloatArray:
        """Return the chance to leave within the main horizon; NaN for who is not at risk, and without a model."""
        return self.column(f"churn_{self.company.horizon_days}")

    @property
    def may_leave(self) -> BoolArray:
        """Return who has not left already, as far as a churn model says so; everybody where none is live."""
        name = f"churn_{self.company.horizon_days}"
        return np.isfinite(self.columns[name]) if name in self.columns else np.ones(len(self), dtype=np.bool_)

    def of_stage(self, figures: Mapping[str, float]) -> FloatArray:
        """Return the figure of the stage each customer stands in, the largest over the stage sets; NaN where none has one."""
        found = np.full(len(self), np.nan)
        for stage_set in self.company.stage_sets:
            by_code = np.array([*(figures.get(stage.name, np.nan) for stage in stage_set.stages), np.nan])
            codes = self.column(f"stage_{stage_set.name}")
            found = np.fmax(found, by_code[np.where(codes >= 0, codes, -1).astype(np.int64)])
        return found
