"""What are the customers worth together: by value category, by lever, and by channel and quarter beside what winning them cost.

Read from what is live, so that the figures are those the service answers, at their moment. A customer's quarter is that of
joining; of a prospect, of the first contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company import Company
from features.company.business import CostToServe
from features.errors import NotFound
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot, open_snapshot, snapshot_path
from features.times import Timestamp
from models.bundle import Predictions, open_predictions
from models.rows import FloatArray
from models.value.acquisition import Acquired, AcquiredGroup, by_channel_and_cohort
from models.value.levers import LEVERS
from models.value.money import Money, column_of
from training.publishing.pointer import live_models, live_now
from training.publishing.scene import company_in_use

NO_CHANNEL = "unknown"
"""The channel of customers of whom none is recorded."""

_Texts: TypeAlias = npt.NDArray[np.str_]
_READ = ("customer_id", "channel", "first_seen_at", "joined_at", "known_at", "superseded_at")


class NoValueLive(NotFound):
    """No value model is live, or what is live was predicted before values were judged."""


@dataclass(frozen=True)
class GroupWorth:
    """Customers of one value category (with its treatment) or of one lever, and the margin expected of them together."""

    name: str
    treatment: str | None
    customers: int
    expected_margin: float


@dataclass(frozen=True)
class Worth:
    """What all customers are worth within the main horizon, company currency, margin less cost to serve, discounted.

    `categories` and `levers` in the order in which they are asked; who has none is in none of their lines, and there are no lines
    where nobody has one. `acquired`: those customers alone whose cost is known, `cost_known` of them.
    """

    as_of: Timestamp
    horizon_days: int
    currency: str
    extrapolated: bool
    customers: int
    expected_margin: float
    categories: tuple[GroupWorth, ...]
    levers: tuple[GroupWorth, ...]
    acquired: tuple[AcquiredGroup, ...]

    @property
    def cost_known(self) -> int:
        """Return of how many customers it is known what winning them cost."""
        return sum(group.customers for group in self.acquired)


def worth_of_customers(home: Home) -> Worth:
    """Return what the live predictions say of all customers.

    Raises
    ------
    NoValueLive
        If no value model is live, or its predictions hold no categories.
    SnapshotMissing
        If the features that the predictions were made from are gone.
    """
    predictions, company = value_predictions(home), company_in_use(home)
    value = predictions.column(f"value_{company.horizon_days}")
    named = [(category.name, category.treatment) for category in company.value_categories]
    return Worth(
        as_of=predictions.origin.as_of,
        horizon_days=company.horizon_days,
        currency=company.currency,
        extrapolated=bool((predictions.column("value_extrapolated") == 1).any()),
        customers=len(value),
        expected_margin=float(np.nansum(value)),
        categories=_groups(named, predictions.column("value_category"), value),
        levers=_groups([(lever, None) for lever in LEVERS], predictions.column("value_lever"), value),
        acquired=tuple(by_channel_and_cohort(acquired_customers(home, company, predictions=predictions))),
    )


def value_predictions(home: Home) -> Predictions:
    """Return the live predictions, which must hold what customers are worth.

    Raises
    ------
    NoValueLive
        If no value model is live, or its predictions hold no categories.
    """
    if "value" not in live_models(home):
        raise NoValueLive("needed a live value model, found none; `lifecycle train value`, then `lifecycle promote value`")
    predictions = open_predictions(home, str(live_now(home).predictions))
    if "value_category" not in predictions.columns:
        raise NoValueLive("needed predictions with value categories, found older ones; `lifecycle score` makes them anew")
    return predictions


def _groups(named: Sequence[tuple[str, str | None]], places: FloatArray, value: FloatArray) -> tuple[GroupWorth, ...]:
    if np.isnan(places).all():
        return ()
    return tuple(
        GroupWorth(name, treatment, int((places == place).sum()), float(value[places == place].sum()))
        for place, (name, treatment) in enumerate(named)
    )


def acquired_customers(home: Home, company: Company, *, predictions: Predictions) -> Acquired:
    """Return how each customer of the predictions was won, at what cost, and what came so far and is still expected.

    Raises
    ------
    SnapshotMissing
        If the features that the predictions were made from are gone.
    """
    origin = predictions.origin
    snapshot = open_snapshot(snapshot_path(home, origin.as_of, origin.snapshot))
    channels, cohorts = _won(EventLog.open(home), snapshot)
    return Acquired(
        channels,
        cohorts,
        cost=column_of(snapshot.matrix, snapshot.names, "acquisition_cost"),
        so_far=_so_far(snapshot, company.cost_to_serve),
        expected=predictions.column(f"value_{company.horizon_days}"),
    )


def _so_far(snapshot: Snapshot, cost: CostToServe) -> FloatArray:
    """Return the margin brought until now, not discounted, less what tickets cost at the mean contacts of the last year."""
    rows, names = snapshot.matrix, snapshot.names
    tickets, contacts = (column_of(rows, names, f"tickets_{name}") for name in ("count_lifetime", "contacts_mean_365d"))
    service = tickets * (cost.ticket + cost.contact * np.where(np.isnan(contacts), 1.0, contacts))
    return Money.of(rows, names).so_far(rows, names) - np.nan_to_num(service)


def _won(log: EventLog, snapshot: Snapshot) -> tuple[_Texts, _Texts]:
    """Return by which channel and in which quarter each customer of the snapshot was won, as known at its moment."""
    tables = [_known(log.bucket("customers", bucket, _READ), snapshot.as_of) for bucket in range(log.manifest.buckets)]
    found = pa.concat_tables(tables)
    own = found.take(pc.index_in(snapshot.ids, value_set=found["customer_id"].combine_chunks()))
    return _texts(pc.fill_null(own["channel"], NO_CHANNEL)), _texts(_quarters(own, snapshot.as_of))


def _known(customers: pa.Table, as_of: Timestamp) -> pa.Table:
    """Return each customer's version of the moment, texts plain."""
    moment = pa.scalar(as_of, customers["known_at"].type)
    replaced = pc.fill_null(pc.less(customers["superseded_at"], moment), fill_value=False)
    standing = pc.and_not(pc.less(customers["known_at"], moment), replaced)
    seen = customers.filter(pc.and_(standing, pc.less(customers["first_seen_at"], moment)))
    return seen.set_column(seen.column_names.index("channel"), "channel", seen["channel"].cast(pa.string()))


def _quarters(customers: pa.Table, as_of: Timestamp) -> pa.ChunkedArray:
    joined = customers["joined_at"]
    has_joined = pc.fill_null(pc.less(joined, pa.scalar(as_of, joined.type)), fill_value=False)
    since = pc.if_else(has_joined, joined, customers["first_seen_at"])
    year, quarter = (each(since).cast(pa.string()) for each in (pc.year, pc.quarter))
    return pc.binary_join_element_wise(year, quarter, "-Q")


def _texts(column: pa.ChunkedArray) -> _Texts:
    return np.array(column.to_pylist(), dtype=np.str_)
