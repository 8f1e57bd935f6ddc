"""On which days did each customer buy what: purchased lines folded into one entry per customer, category and UTC day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.times import DAY, Timestamp
from models.rows import FloatArray

COLUMNS = ("customer_id", "occurred_at", "kind", "category", "known_at", "superseded_at")
"""The columns of `purchases` that needs are read from."""

PURCHASE_KINDS = ("order", "renewal", "upgrade")
_SPAN = 1 << 20  # more days than the calendar of any log has


def visible_purchases(rows: pa.Table, as_of: Timestamp) -> pa.Table:
    """Return the purchases that stood at `as_of`: happened before it, in the newest version known before it."""
    moment = pa.scalar(as_of, pa.int64()).cast(pa.timestamp("us", "UTC"))
    stands = pc.or_kleene(pc.is_null(rows["superseded_at"]), pc.greater_equal(rows["superseded_at"], moment))
    before = pc.and_(pc.less(rows["occurred_at"], moment), pc.less(rows["known_at"], moment))
    return purchases_only(rows.filter(pc.and_(before, stands)))


def purchases_only(rows: pa.Table) -> pa.Table:
    """Return the rows that are purchases of somebody."""
    bought = pc.is_in(rows["kind"].cast(pa.string()), value_set=pa.array(PURCHASE_KINDS, pa.string()))
    return rows.filter(pc.and_(bought, pc.is_valid(rows["customer_id"])))


@dataclass(frozen=True)
class CategoryDays:
    """Who bought what on which day; each entry once, sorted by customer, category and day.

    `customers` are places in `ids` (sorted bytewise), `places` places in `categories`; `days` counts UTC days since 1970. A line
    of no category, or of one not in `categories`, has the place after the last: it is a purchase day all the same.
    """

    ids: pa.StringArray
    categories: tuple[str, ...]
    customers: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: pa.Table, categories: Sequence[str]) -> CategoryDays:
        """Fold the purchases of some customers, all rows of each of them."""
        owners, ids = _codes(rows["customer_id"])
        found, names = _codes(rows["category"])
        known = pc.index_in(names, value_set=pa.array(categories, pa.string()))
        place_of = np.append(pc.fill_null(known, len(categories)).to_numpy(zero_copy_only=False), len(categories))
        width = len(categories) + 1
        day = rows["occurred_at"].cast(pa.int64()).to_numpy() // DAY
        entries = _distinct((owners * width + place_of[found]) * _SPAN + day)
        pairs, days = np.divmod(entries, _SPAN)
        return cls(ids, tuple(categories), pairs // width, pairs % width, days)

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many customers and categories there are."""
        return len(self.ids), len(self.categories)

    def table(self, weights: FloatArray | None = None) -> FloatArray:
        """Return the sum of the weights (the count, if none) of each customer's entries in each category."""
        customers, categories = self.shape
        cells = np.bincount(self.customers * (categories + 1) + self.places, weights, minlength=customers * (categories + 1))
        return np.asarray(cells.reshape(customers, categories + 1)[:, :categories], dtype=np.float64)

    def purchase_days(self) -> CategoryDays:
        """Return the days on which each customer bought anything: one category that holds all."""
        customers, days = np.divmod(_distinct(self.customers * _SPAN + self.days), _SPAN)
        return CategoryDays(self.ids, ("anything",), customers, np.zeros_like(customers), days)


def categories_of(tables: Sequence[pa.Table], *, most: int) -> tuple[str, ...]:
    """Return the categories that most customers bought from, at most so many, in the order of their names."""
    pairs = pa.concat_tables([table.select(["customer_id", "category"]).cast(_TEXTS) for table in tables])
    pairs = pairs.filter(pc.is_valid(pairs["category"])).group_by(["customer_id", "category"]).aggregate([])
    buyers = pairs.group_by("category").aggregate([("customer_id", "count")])
    first = buyers.sort_by([("customer_id_count", "descending"), ("category", "ascending")])[:most]
    return tuple(sorted(first["category"].to_pylist()))


_TEXTS = pa.schema([("customer_id", pa.string()), ("category", pa.string())])


def _distinct(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return each number once, rising; the log is nearly in that order, so sorting beats `np.unique`'s table many times over."""
    ordered = np.sort(numbers, kind="stable")
    return np.asarray(ordered[np.diff(ordered, prepend=-1) != 0])


def _codes(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], pa.StringArray]:
    """Return the place of each text among those found, sorted bytewise, and these; the place after the last for a missing one."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    whole = encoded.unify_dictionaries().combine_chunks()
    codes = pc.fill_null(whole.indices.cast(pa.int64()), len(whole.dictionary)).to_numpy()
    found = np.flatnonzero(np.bincount(codes, minlength=len(whole.dictionary) + 1)[:-1])
    texts = whole.dictionary.take(pa.array(found))
    order = pc.sort_indices(texts).to_numpy()
    rank = np.full(len(whole.dictionary) + 1, len(found))
    rank[found[order]] = np.arange(len(found))
    return rank[codes], texts.take(pa.array(order))
