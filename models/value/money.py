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
_YEAR_DAYS = 365
_WINDOWS_DAYS = (30, 90, _YEAR_DAYS)


@dataclass(frozen=True)
class PastRate:
    """How the money of a customer's last `window_days` is carried on for `days`: at its rate, each unit `worth` so much.

    `places`: among the features, of the money of the window and of the days since the first purchase.
    """

    places: tuple[int, int]
    window_days: int
    days: int
    worth: float

    def of(self, rows: Rows) -> FloatArray:
        """Return what `days` would bring at the rate of the window, or of all since the first purchase if that is less.

        Who first bought less than `days` ago is taken to have bought for so long: one purchase yesterday is no rate. NaN for who
        never bought.
        """
        lately, since_first = (rows[:, place].astype(np.float64) for place in self.places)
        bought_for = np.clip(since_first + 1.0, min(self.days, self.window_days), self.window_days)
        return np.asarray(self.worth * np.nan_to_num(lately) * self.days / bought_for)


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
        """Return what `days` would bring at the rate of the last 365 days; nothing for who never bought."""
        return np.nan_to_num(self._rate(names, days=days, window_days=_YEAR_DAYS).of(rows))

    def recent_rate(self, names: Sequence[str], *, days: int) -> PastRate:
        """Return the rate of the shortest window that is as long as the horizon, else of the longest."""
        window = next((each for each in _WINDOWS_DAYS if each >= days), _YEAR_DAYS)
        return self._rate(names, days=days, window_days=window)

    def _rate(self, names: Sequence[str], *, days: int, window_days: int) -> PastRate:
        places = _place(names, f"purchases_{self.kind}_{window_days}d"), _place(names, "purchases_days_since_first")
        return PastRate(places, window_days, days, self.share)


def column_of(rows: Rows, names: Sequence[str], name: str) -> FloatArray:
    """Return one column of the rows by its name.

    Raises
    ------
    MoneyFeaturesMissing
        If there is none of that name.
    """
    return rows[:, _place(names, name)].astype(np.float64)


def _place(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise MoneyFeaturesMissing(f"needed the feature {name}, found it nowhere among {len(names)} columns; compute it anew")
    return list(names).index(name)
