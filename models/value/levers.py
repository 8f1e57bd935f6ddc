"""By which lever could a customer's value grow most: the money at stake with each of five, and the one with the most.

The stakes are sizes of an opportunity, not effects: nobody has measured what an offer would move. All five are reckoned as if the
whole gap could be closed, so that only their order counts:

- `retention`: the margin expected, times the chance to leave;
- `cost_to_serve`: what serving the customer costs at the pace of the last year;
- `cross_sell`, `up_sell`, `purchase_interval`: the margin expected, times the share by which it would grow if the customer bought
  from as many categories, at as high a price a unit, or at as short an interval as a good customer does (the best quarter begins
  there), at most doubled. Margin is in proportion to each of the three while the other two stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import CostToServe
from features.rules.tree import Columns
from models.rows import FloatArray

LEVERS = ("retention", "cost_to_serve", "cross_sell", "up_sell", "purchase_interval")

NONE = -1
"""The place of who has no lever: nothing is at stake, or nothing is known."""

_CATEGORIES, _PRICE, _INTERVAL = "purchases_categories_365d", "purchases_unit_price_365d", "purchases_gap_mean_days"
_TICKETS, _CONTACTS = "tickets_count_365d", "tickets_contacts_mean_365d"
LEVER_FEATURES = (_CATEGORIES, _PRICE, _INTERVAL, _TICKETS, _CONTACTS)
"""The features that the stakes are read from."""

_BEST_QUARTER = 0.75
_MOST_GROWTH = 1.0
_YEAR_DAYS = 365.0


@dataclass(frozen=True)
class GoodCustomer:
    """Where the best quarter of customers begins: categories bought from, price a unit, and days between purchases.

    NaN where of no customer it is known.
    """

    categories: float
    price: float
    interval_days: float

    @classmethod
    def of(cls, columns: Columns) -> GoodCustomer:
        """Fit on the customers of a snapshot: a reference table."""
        levels = {_CATEGORIES: _BEST_QUARTER, _PRICE: _BEST_QUARTER, _INTERVAL: 1.0 - _BEST_QUARTER}
        known = {name: columns[name][np.isfinite(columns[name])] for name in levels}
        found = {name: float(np.quantile(known[name], level)) if len(known[name]) else np.nan for name, level in levels.items()}
        return cls(found[_CATEGORIES], found[_PRICE], found[_INTERVAL])


@dataclass(frozen=True)
class LeverTerms:
    """What is held against a customer: a good one, what serving costs the company, and how many days ahead value looks."""

    good: GoodCustomer
    cost_to_serve: CostToServe
    horizon_days: int


def stakes(
    columns: Columns, terms: LeverTerms, *, value: FloatArray, leaving: FloatArray | None = None
) -> Mapping[str, FloatArray]:
    """Return the money at stake with each lever within the horizon, at least 0; what is not known is 0.

    Parameters
    ----------
    columns
        `LEVER_FEATURES`, a row a customer.
    value, leaving
        Margin less cost to serve, and chance to leave, within the horizon; None where no model answers for leaving.
    """
    margin, gone = np.maximum(value, 0.0), np.zeros(len(value)) if leaving is None else leaving
    categories, price, interval, tickets, contacts = (np.asarray(columns[name], np.float64) for name in LEVER_FEATURES)
    each = terms.cost_to_serve.ticket + terms.cost_to_serve.contact * np.where(np.isnan(contacts), 1.0, contacts)
    found = {
        "retention": margin * gone,
        "cost_to_serve": tickets * each * terms.horizon_days / _YEAR_DAYS,
        "cross_sell": margin * _growth(terms.good.categories, categories),
        "up_sell": margin * _growth(terms.good.price, price),
        "purchase_interval": margin * _growth(interval, np.asarray(terms.good.interval_days)),
    }
    return {name: np.nan_to_num(found[name]) for name in LEVERS}


def fitting_lever(at_stake: Mapping[str, FloatArray]) -> npt.NDArray[np.int8]:
    """Return the place in `LEVERS` of the lever with the most at stake; of equal ones the first, -1 where nothing is.

    >>> nothing = dict.fromkeys(LEVERS, np.zeros(2))
    >>> fitting_lever({**nothing, "up_sell": np.array([3.0, 0.0])}).tolist()
    [3, -1]
    """
    stacked = np.stack([at_stake[name] for name in LEVERS])
    return np.where(stacked.max(axis=0) > 0, stacked.argmax(axis=0), NONE).astype(np.int8)


def _growth(goal: FloatArray | float, own: FloatArray) -> FloatArray:
    """Return by what share `own` would grow up to the goal, at most doubled; NaN where it is nothing or not known."""
    return np.clip(goal / np.where(own > 0, own, np.nan) - 1.0, 0.0, _MOST_GROWTH)
