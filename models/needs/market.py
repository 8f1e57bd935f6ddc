"""What do customers buy at present, and what do they buy together: what a category's own history cannot tell of a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.needs.habits import OF_PAIR, Habits
from models.rows import FloatArray, Rows

OF_MARKET = ("popularity_28d", "popularity_84d", "popularity_trend", "bought_together")

_DECIMALS = 4
_FEWEST = 1e-3
_LATELY_DAYS = 28


@dataclass(frozen=True)
class Market:
    """How many customers buy each category, and which categories the same customers buy; names nobody.

    `popularity_28d`, `popularity_84d`: the share of customers with a purchase in the last 28 or 84 days from each category.
    `together`: cosine of the customers of two categories over 84 days, 0 with itself; shape (categories, categories).
    """

    categories: tuple[str, ...]
    popularity_28d: FloatArray
    popularity_84d: FloatArray
    together: FloatArray

    @classmethod
    def of(cls, parts: Iterable[Habits]) -> Market:
        """Count over the customers of all parts, of which there is at least one; a part is let go once it is counted."""
        counts = [_counts(part) for part in parts]
        customers = max(sum(each.customers for each in counts), 1)
        lately = np.sum([each.lately for each in counts], axis=0)
        pairs = np.sum([each.pairs for each in counts], axis=0)
        buyers = np.diag(pairs).copy()
        cosine = pairs / np.sqrt(np.maximum(np.outer(buyers, buyers), 1.0))
        np.fill_diagonal(cosine, 0.0)
        return cls(counts[0].categories, *(table.round(_DECIMALS) for table in (lately / customers, buyers / customers, cosine)))

    def features(self, habits: Habits) -> Rows:
        """Return `OF_MARKET` for every customer and category, shape (customers, categories, 4)."""
        own = habits.bought_lately.astype(np.float32)
        together = own @ self.together.astype(np.float32) / np.maximum(own.sum(axis=1, keepdims=True), 1.0)
        trend = self.popularity_28d / np.maximum(self.popularity_84d, _FEWEST)
        same = [np.broadcast_to(each, own.shape) for each in (self.popularity_28d, self.popularity_84d, trend)]
        return np.stack([*same, together], axis=2).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object, to four decimals."""
        numbers = {name: getattr(self, name).tolist() for name in ("popularity_28d", "popularity_84d", "together")}
        return {"categories": list(self.categories), **numbers}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Market:
        """Return what `to_json` wrote."""
        numbers = (np.array(value[name], dtype=np.float64) for name in ("popularity_28d", "popularity_84d", "together"))
        return cls(tuple(value["categories"]), *numbers)


@dataclass(frozen=True)
class _Counts:
    """Of one part: customers, how many of them bought each category in 28 days, and how many each two categories in 84."""

    categories: tuple[str, ...]
    customers: int
    lately: FloatArray
    pairs: FloatArray


def _counts(part: Habits) -> _Counts:
    bought = part.bought_lately.astype(np.float32)
    last = part.of_pair[:, :, OF_PAIR.index("category_days_since_last")]
    lately = (last <= _LATELY_DAYS).sum(axis=0).astype(np.float64)
    return _Counts(part.categories, len(bought), lately, (bought.T @ bought).astype(np.float64))
