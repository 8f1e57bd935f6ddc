"""What stands in the books? Contracts as rows of purchases: terms, changes, add-ons, refunds and cancellations."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.times import DAY
from training.simulated.columns import customer_ids, numbered, numbers, texts, times
from training.simulated.contracts import ADD_ON, CANCELLATION, DOWNGRADE, ORDER, REFUND, RENEWAL, UPGRADE, ContractRows
from training.simulated.moment import Scene
from training.simulated.people import Floats, Ints

_KINDS = {
    ORDER: "order",
    RENEWAL: "renewal",
    REFUND: "refund",
    UPGRADE: "upgrade",
    DOWNGRADE: "downgrade",
    CANCELLATION: "cancellation",
    ADD_ON: "order",
}
_PRODUCTS = ("plan_monthly", "plan_yearly", "add_on_templates", "add_on_storage", "add_on_onsite_day")


def in_time_order(rows: ContractRows) -> ContractRows:
    """Return the rows by time, equal times in the order in which they were written."""
    return rows.take(np.argsort(rows.at, kind="stable"))


def purchases(scene: Scene, rows: ContractRows) -> pa.Table:
    """Return the purchases table without `known_at`; upgrades and downgrades keep the term that runs and carry none."""
    add_on = rows.kind == ADD_ON
    revenue = rows.margin / scene.people.margin_rate[rows.customer]
    return pa.table(
        {
            "customer_id": texts(rows.customer, customer_ids(len(scene.people))),
            "purchase_id": numbered("b", np.arange(len(rows)), width=7),
            "occurred_at": times(rows.at),
            "kind": texts(rows.kind, tuple(_KINDS[kind] for kind in range(len(_KINDS)))),
            "product_id": texts(_products(scene, rows), _PRODUCTS),
            "category": texts(add_on.astype(np.int64), ("plan", "add_on")),
            "quantity": numbers(_quantities(scene, rows)),
            "revenue": numbers(np.round(revenue, 2)),
            "margin": numbers(np.round(rows.margin, 2)),
            "term_days": numbers(np.where(rows.term > 0, rows.term / DAY, np.nan)),
        }
    )


def _products(scene: Scene, rows: ContractRows) -> Ints:
    yearly = (scene.people.term[rows.customer] > 31 * DAY).astype(np.int64)
    which = np.arange(len(rows)) * 7919 % 3  # any fixed mixing will do: which add-on it is has no effect
    return np.where(rows.kind == ADD_ON, 2 + which, yearly)


def _quantities(scene: Scene, rows: ContractRows) -> Floats:
    seats = scene.people.seats[rows.customer]
    return np.select([rows.kind == ADD_ON, rows.kind == REFUND, rows.kind == CANCELLATION], [1.0, -1.0, 0.0], seats)
