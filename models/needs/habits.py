"""What does a customer usually buy: for every customer and category, how often, how lately and in which rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.times import DAY, Timestamp
from models.needs.category_days import CategoryDays
from models.rows import BoolArray, FloatArray, Rows

LATELY_DAYS = 60
"""Who bought within so many days is asked about: of others the next question is whether they come back at all."""

OF_PAIR = (
    "category_days",
    "category_days_84d",
    "category_decayed_14d",
    "category_decayed_45d",
    "category_decayed_120d",
    "category_share_of_days",
    "category_days_since_last",
    "category_days_since_first",
    "category_gap_mean_days",
    "category_recency_over_gap",
)
OF_CUSTOMER = (
    "purchase_days",
    "purchase_days_28d",
    "purchase_days_84d",
    "purchases_days_since_last",
    "purchases_days_since_first",
    "categories_bought",
)


@dataclass(frozen=True)
class Habits:
    """What some customers had bought by `as_of`, over every category alike.

    `of_pair`: float32, shape (customers, categories, len(OF_PAIR)); NaN where a customer never bought from a category, or once
    and so without a gap. `of_customer`: float32, shape (customers, len(OF_CUSTOMER)).
    """

    ids: pa.StringArray
    categories: tuple[str, ...]
    of_pair: Rows
    of_customer: Rows

    @property
    def bought(self) -> BoolArray:
        """Return which categories each customer ever bought from."""
        return np.asarray(self.of_pair[:, :, OF_PAIR.index("category_days")] > 0)

    @property
    def bought_lately(self) -> BoolArray:
        """Return which categories each customer bought from in the last 84 days."""
        return np.asarray(self.of_pair[:, :, OF_PAIR.index("category_days_84d")] > 0)

    @property
    def days(self) -> FloatArray:
        """Return on how many days each customer bought from each category: the habit of repeating, and the baseline."""
        return self.of_pair[:, :, OF_PAIR.index("category_days")].astype(np.float64)

    def of_some(self, chosen: BoolArray) -> Habits:
        """Return the habits of the customers chosen, in their order."""
        ids = self.ids.filter(pa.array(chosen))
        return Habits(ids, self.categories, self.of_pair[chosen], self.of_customer[chosen])

    @classmethod
    def of(cls, found: CategoryDays, as_of: Timestamp) -> Habits:
        """Return the habits of who bought lately; all entries are of days before `as_of`."""
        everything, today = found.purchase_days(), as_of / DAY
        of_customer = _of_customer(everything, today, categories=(found.table() > 0).sum(axis=1))
        lately = of_customer[:, OF_CUSTOMER.index("purchases_days_since_last")] <= LATELY_DAYS
        of_pair = _of_pair(found, today, purchase_days=of_customer[:, 0])
        ids = found.ids.filter(pa.array(lately))
        return cls(ids, found.categories, of_pair[lately], of_customer[lately].astype(np.float32))


def _of_pair(found: CategoryDays, today: float, *, purchase_days: FloatArray) -> Rows:
    ages = np.asarray(today - found.days, dtype=np.float64)
    days, last, first = found.table(), *_ends(found, ages)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(days > 1, (first - last) / (days - 1), np.nan)
        columns = (
            days,
            found.table((ages <= 84).astype(np.float64)),
            *(found.table(np.exp2(-ages / half_life)) for half_life in (14, 45, 120)),
            days / purchase_days[:, None],
            last,
            first,
            gap,
            last / gap,
        )
    return np.stack(columns, axis=2).astype(np.float32)


def _of_customer(everything: CategoryDays, today: float, *, categories: FloatArray) -> FloatArray:
    ages = np.asarray(today - everything.days, dtype=np.float64)
    last, first = _ends(everything, ages)
    counts = [everything.table((ages <= days).astype(np.float64)) for days in (np.inf, 28, 84)]
    return np.column_stack([*counts, last, first, categories])


def _ends(found: CategoryDays, ages: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ages of the newest and of the oldest entry of each customer and category; NaN for none."""
    customers, categories = found.shape
    pairs = found.customers * (categories + 1) + found.places
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))  # sorted by pair and day: the oldest stands first
    ends = np.append(starts[1:], len(pairs))[: len(starts)] - 1
    newest, oldest = (np.full(customers * (categories + 1), np.nan) for _ in range(2))
    newest[pairs[starts]], oldest[pairs[starts]] = ages[ends], ages[starts]
    shaped = (customers, categories + 1)
    return newest.reshape(shaped)[:, :categories], oldest.reshape(shaped)[:, :categories]
