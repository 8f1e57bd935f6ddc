"""What do customers of a stage bring and cost: margin less service, products held, offers taken, what winning them cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.kpis.arithmetic.figures import SHARE, Figure, Scale
from models.kpis.arithmetic.observations import Observations, Staged, observed
from models.rows import BoolArray, FloatArray

MONEY = Scale(-1e12, 1e12)
RATIO = Scale(0.0, 1e6)
PRODUCTS = Scale(0.0, 1e6)


@dataclass(frozen=True)
class Amounts(Staged):
    """Money that fell due, one row each: the margin of a purchased line, or the cost of a ticket as a negative amount."""

    amounts: FloatArray
    is_purchase: BoolArray


@dataclass(frozen=True)
class Holders(Staged):
    """One row per customer known now, in the present stage.

    `products`: different products bought in the last 365 days; `cost`: what winning the customer cost, NaN where not known;
    `brought`: margin less cost to serve since then; `has_joined`: prospects have not.
    """

    products: FloatArray
    cost: FloatArray
    brought: FloatArray
    has_joined: BoolArray


@dataclass(frozen=True)
class Shown(Staged):
    """One row per offer shown and answered: whether it was a discount, and whether it was taken."""

    is_discount: BoolArray
    accepted: BoolArray


@dataclass(frozen=True)
class StillOpen:
    """What winning customers cost that they have not brought yet: of the `customers` whose cost is known."""

    customers: int
    cost: float
    to_recover: float
    paid_back: Figure


def money(amounts: Amounts) -> Observations:
    """Return the amounts, to be taken over the time of customers; purchased lines are what is counted."""
    seen = observed(amounts, amounts.amounts, scale=MONEY)
    known = ~np.isnan(amounts.amounts)
    return replace(seen, counted=amounts.is_purchase[known])


def products_held(holders: Holders) -> Observations:
    """Return the different products bought in the last 365 days, of who has joined."""
    customers = holders.where(holders.has_joined)
    return observed(customers, customers.products, scale=PRODUCTS)


def still_open(holders: Holders) -> StillOpen:
    """Return the acquisition cost that the margin so far does not cover; who brought less than nothing owes the cost alone."""
    paid = holders.where(holders.cost > 0)
    brought = np.maximum(paid.brought, 0.0)
    back = observed(paid, paid.brought >= paid.cost, scale=SHARE).figure()
    return StillOpen(len(paid), float(paid.cost.sum()), float(np.maximum(paid.cost - brought, 0.0).sum()), back)


def taken(shown: Shown, *, discounts: bool) -> Observations:
    """Return whether offers shown were taken: discounts, or all others."""
    asked = shown.where(shown.is_discount == discounts)
    return observed(asked, asked.accepted, scale=SHARE)


def value_over_cost(rows: Staged, *, value: FloatArray, cost: FloatArray) -> Observations:
    """Return the value expected over the cost of winning, of customers whose cost is known and was not nothing."""
    known = (cost > 0) & ~np.isnan(value)
    seen = observed(rows, np.where(known, value, np.nan), scale=RATIO)
    return replace(seen, weights=cost[known])
