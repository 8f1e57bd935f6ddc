"""Which features tell what a customer has brought so far, and how much margin a unit of that money is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.errors import InvalidInput
from models.rows import FloatArray, Rows

Kind = Literal["margin", "revenue"]

_MOSTLY = 0.9
_YEAR_DAYS = 365.0


class MoneyFeaturesMissing(InvalidInput):
    """The rows lack a feature that money is read from."""


@dataclass(frozen=True)
class Money:
    """What purchases are counted in: `margin` where most buyers have one, else `revenue` times the `share` margin is of it.

    Where no line has a margin, as in data that know no costs, revenue stands in for it and the share is 1.
    """

    kind: Kind
    share: float

    @classmethod
    def of(cls, rows: Rows, names: Sequence[str]) -> Money:
        """Decide by the customers in `rows`."""
        margin, revenue = (column_of(rows, names, f"purchases_{kind}_lifetime") for kind in ("margin", "revenue"))
        both = np.isfinite(margin) & np.isfinite(revenue)
        if both.sum() >= _MOSTLY * np.isfinite(revenue).sum() and both.any():
            return cls("margin", 1.0)
        sold = float(revenue[both].sum())
        return cls("revenue", float(margin[both].sum()) / sold if sold > 0 else 1.0)

    def so_far(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return the margin of each customer's life so far; NaN where there were purchases and no amounts."""
        return self.share * column_of(rows, names, f"purchases_{self.kind}_lifetime")

    def past_rate(self, rows: Rows, names: Sequence[str], *, days: int) -> FloatArray:
        """Return what `days` would bring at the rate of the last 365 days, or of all since the first purchase if fewer.

        Who first bought less than `days` ago is taken to have bought for so long: one purchase yesterday is no rate.
        """
        lately = self.share * np.nan_to_num(column_of(rows, names, f"purchases_{self.kind}_365d"))
        since_first = column_of(rows, names, "purchases_days_since_first") + 1.0
        return np.asarray(lately * days / np.clip(np.nan_to_num(since_first, nan=_YEAR_DAYS), min(days, _YEAR_DAYS), _YEAR_DAYS))


def column_of(rows: Rows, names: Sequence[str], name: str) -> FloatArray:
    """Return one column of the rows by its name.

    Raises
    ------
    MoneyFeaturesMissing
        If there is none of that name.
    """
    if name not in names:
        raise MoneyFeaturesMissing(f"needed the feature {name}, found it nowhere among {len(names)} columns; compute it anew")
    return rows[:, list(names).index(name)].astype(np.float64)
