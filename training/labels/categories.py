"""From which categories did each customer buy within the horizon: the labels of needs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.times import DAY, Timestamp
from models.needs.category_days import CategoryDays, purchases_only
from models.needs.habits import Habits
from models.rows import BoolArray


def bought_categories(rows: pa.Table, habits: Habits, *, as_of: Timestamp, horizon_days: int, until: Timestamp) -> BoolArray:
    """Return whether each customer of the habits bought from each category from `as_of` on, shape (customers, categories).

    `rows`: every version of the purchases of one bucket. What counts is the newest version known by `until`, which must not lie
    before the end of the horizon: a correction received by then is in it.
    """
    known = pc.less_equal(rows["known_at"], _moment(until))
    newest = pc.or_kleene(pc.is_null(rows["superseded_at"]), pc.greater(rows["superseded_at"], _moment(until)))
    ahead = pc.greater_equal(rows["occurred_at"], _moment(as_of))
    within = pc.less(rows["occurred_at"], _moment(as_of + horizon_days * DAY))
    chosen = pc.and_(pc.and_(known, newest), pc.and_(ahead, within))
    found = CategoryDays.of(purchases_only(rows.filter(chosen)), habits.categories)
    places = pc.index_in(habits.ids, value_set=found.ids)
    table = np.vstack([found.table() > 0, np.zeros((1, len(habits.categories)), dtype=np.bool_)])
    return np.asarray(table[pc.fill_null(places, len(found.ids)).to_numpy(zero_copy_only=False)])


def _moment(at: Timestamp) -> pa.Scalar:
    return pa.scalar(at, pa.int64()).cast(pa.timestamp("us", "UTC"))
