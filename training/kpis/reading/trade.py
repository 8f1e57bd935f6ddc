"""What was bought: contracts that came to their end, money that fell due, and products held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from features.at_risk.population import TERM_KINDS
from features.company.schema import Company
from features.times import DAY, Timestamp
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.observations import joined
from models.kpis.subjects.contracts import Cancellations, Contracts, DueContracts, Terms, due_contracts
from models.kpis.subjects.economics import Amounts
from models.kpis.subjects.presence import Standings
from models.kpis.subjects.support import Tickets
from models.rows import FloatArray
from training.kpis.reading.known import KnownBucket, KnownRows

PRODUCTS_OVER_DAYS = 365

_LONGEST_TERM_DAYS = 1_000_000  # some companies write 999999999 for a contract without end, which no 64-bit time can hold


@dataclass(frozen=True)
class Bought:
    """The purchases of a bucket: all rows, and the different products each customer (`holders`) bought in the last year."""

    rows: KnownRows
    holders: IntArray
    products: npt.NDArray[np.int64]

    @classmethod
    def of(cls, bucket: KnownBucket) -> Bought:
        """Read the purchases of a bucket."""
        rows = bucket.rows("purchases", "occurred_at", "kind", "product_id", "revenue", "margin", "term_days")
        lately = rows.of_kinds(TERM_KINDS)
        lately = lately.where(lately.moments("occurred_at") >= bucket.as_of - PRODUCTS_OVER_DAYS * DAY)
        codes = pc.fill_null(lately.table["product_id"].combine_chunks().dictionary_encode().indices, -1).to_numpy()
        pairs = np.unique(np.stack([lately.customers[codes >= 0], codes[codes >= 0].astype(np.int64)]), axis=1)
        return cls(rows, *np.unique(pairs[0], return_counts=True))


def terms_of(bought: Bought) -> Terms:
    """Return the terms bought."""
    rows = bought.rows.of_kinds(TERM_KINDS)
    days = np.minimum(np.nan_to_num(rows.numbers("term_days")), _LONGEST_TERM_DAYS)
    rows, days = rows.where(days > 0), days[days > 0]
    starts = rows.moments("occurred_at")
    is_renewal = np.asarray(pc.equal(rows.table["kind"], "renewal").to_numpy(), dtype=np.bool_)
    return Terms(rows.customers, starts, starts + (days * DAY).astype(np.int64), is_renewal)


def cancellations_of(bought: Bought) -> Cancellations:
    """Return the cancellations."""
    rows = bought.rows.of_kinds(("cancellation",))
    return Cancellations(rows.customers, rows.moments("occurred_at"))


def due_of(bought: Bought, standings: Standings, *, company: Company, as_of: Timestamp) -> DueContracts:
    """Return the contracts of a bucket that came to their end, in the stage of the decision."""
    contracts = Contracts(terms_of(bought), cancellations_of(bought), company.churn.grace_days * DAY)
    due = due_contracts(contracts, notice=company.alerts.renewal_days * DAY, as_of=as_of)
    return replace(due, stages=standings.at(due.customers, due.decided_at))


def amounts_of(bought: Sequence[Bought], tickets: Tickets, *, standings: Standings, company: Company) -> Amounts:
    """Return the margin of purchased lines and the cost of tickets, as labels of the value model count them.

    Where a line has a revenue and no margin, its revenue stands in, times the share that margin is of revenue on lines with both;
    where no line has both, the revenue itself. A ticket whose contacts are not known had one at least.
    """
    margin, revenue = (np.concatenate([each.rows.numbers(name) for each in bought]) for name in ("margin", "revenue"))
    customers = np.concatenate([each.rows.customers for each in bought])
    times = np.concatenate([each.rows.moments("occurred_at") for each in bought])
    amounts = np.where(np.isnan(margin), revenue * _margin_share(margin, revenue), margin)
    lines = Amounts(customers, standings.at(customers, times), times, amounts, np.ones(len(times), dtype=np.bool_))
    cost = company.cost_to_serve
    served = -(cost.ticket + cost.contact * np.where(np.isnan(tickets.contacts), 1.0, tickets.contacts))
    return joined(
        [lines, Amounts(tickets.customers, tickets.stages, tickets.times, served, np.zeros(len(served), dtype=np.bool_))]
    )


def share_without_margin(bought: Sequence[Bought]) -> float:
    """Return the share of lines with a revenue and no margin among those with either; 0 where there are none."""
    margin, revenue = (np.concatenate([each.rows.numbers(name) for each in bought]) for name in ("margin", "revenue"))
    priced = np.isfinite(margin) | np.isfinite(revenue)
    return float(np.isnan(margin[priced]).mean()) if priced.any() else 0.0


def _margin_share(margin: FloatArray, revenue: FloatArray) -> float:
    both = np.isfinite(margin) & np.isfinite(revenue)
    sold = float(revenue[both].sum())
    return float(margin[both].sum()) / sold if sold > 0 else 1.0
