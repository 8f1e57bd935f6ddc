"""What did each customer bring: the discounted margin within each horizon, less what serving the customer cost.

Asked about is every customer whose own row was known at `as_of`, prospects and customers long silent included: predictions are
made for each of them, and a model that never saw one would answer by guessing. What they brought is read from the final state of
the log, so that a correction received later changes a label.

A purchase counts with its margin, whatever its kind: a refund's is negative. Where a line has a revenue and no margin, its
revenue stands in, times the share that margin is of revenue on the lines that have both; where no line has both, as in data
without costs, the revenue itself. A ticket costs what the company file says, and again for each of its contacts; one whose
contacts are not known had at least one. Every amount is discounted to `as_of` from the moment it fell due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import Events, Wanted, customers_of
from features.company.schema import CompanyTerms
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.rows import FloatArray
from training.labels.labels import Labels, observed_by, refuse_immature

YEAR_DAYS = 365.0


@dataclass(frozen=True)
class MarginTerms:
    """What margin less cost to serve means to a company, over which horizons; `sources` are those that decide it."""

    horizons_days: tuple[int, ...]
    discount_rate: float
    ticket_cost: float
    contact_cost: float
    sources: tuple[str, ...]

    @classmethod
    def of(cls, company: CompanyTerms, *, received: Collection[str], horizons_days: Sequence[int] | None = None) -> MarginTerms:
        """Read the company file; tickets are waited for only if they cost something and any were ever `received`."""
        cost = company.cost_to_serve
        served = "tickets" in received and cost.ticket + cost.contact > 0
        return cls(
            tuple(horizons_days or company.horizons_days),
            company.discount_rate,
            cost.ticket,
            cost.contact,
            ("purchases", "tickets") if served else ("purchases",),
        )

    def discount(self, days: FloatArray) -> FloatArray:
        """Return what one unit of money due in so many days is worth today.

        >>> MarginTerms((90,), 0.1, 0.0, 0.0, ("purchases",)).discount(np.array([0.0, 365.0])).round(3).tolist()
        [1.0, 0.909]
        """
        return np.asarray((1.0 + self.discount_rate) ** (-days / YEAR_DAYS))


def label_margin(
    log: EventLog, terms: MarginTerms, *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None
) -> list[Labels]:
    """Return what every customer known at each `as_of` brought within each horizon, company currency; may be negative.

    `until` pretends that today is that moment.

    Raises
    ------
    ImmatureLabels
        If at the longest horizon a source that decides the margin is not complete.
    """
    watermarks = observed_by(log, until, sources=terms.sources)
    for as_of in as_ofs:
        refuse_immature(as_of, watermarks, gap_days=max(terms.horizons_days))
    now = min(watermarks.values())
    buckets = [_Bucket.read(log, bucket, terms=terms, now=now) for bucket in range(log.manifest.buckets)]
    share = _margin_share(buckets)
    return [_labelled([bucket.at(as_of, terms) for bucket in buckets], as_of, share=share) for as_of in as_ofs]


@dataclass(frozen=True)
class _Due:
    """Amounts that fell due, sorted by time: of which customer (a place), when, how much."""

    customers: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64]
    amounts: FloatArray

    @classmethod
    def of(cls, events: Events, amounts: FloatArray) -> _Due:
        """Keep what stands by the final state, and drop amounts of nothing."""
        stands = (events.known_from <= events.watermark) & (events.watermark < events.known_until)
        kept = np.flatnonzero(stands & np.isfinite(amounts) & (amounts != 0))
        order = kept[np.argsort(events.times[kept], kind="stable")]
        return cls(events.customers[order], events.times[order], amounts[order])

    def present_values(self, as_of: Timestamp, terms: MarginTerms, *, customers: int) -> FloatArray:
        """Return each customer's discounted total within each horizon, shape (customers, horizons)."""
        totals = np.zeros((customers, len(terms.horizons_days)))
        for column, days in enumerate(terms.horizons_days):
            first, end = np.searchsorted(self.times, [as_of, as_of + days * DAY])
            worth = self.amounts[first:end] * terms.discount((self.times[first:end] - as_of) / DAY)
            totals[:, column] = np.bincount(self.customers[first:end], worth, minlength=customers)
        return totals


@dataclass(frozen=True)
class _Bucket:
    """One bucket: when each customer was first known, what is certain, and revenue that waits for its share of margin.

    `both`: margin and revenue of the lines that have both, summed.
    """

    ids: pa.Array
    seen: Events
    certain: tuple[_Due, ...]
    revenue_only: _Due
    both: FloatArray

    @classmethod
    def read(cls, log: EventLog, bucket: int, *, terms: MarginTerms, now: Timestamp) -> _Bucket:
        """Read the bucket once for all moments; rows of who has no row of their own belong to nobody asked about."""
        customers, purchases = log.bucket("customers", bucket), log.bucket("purchases", bucket)
        tickets = log.bucket("tickets", bucket) if "tickets" in terms.sources else None
        ids = customers_of([customers, purchases] if tickets is None else [customers, purchases, tickets])
        bought = Wanted("purchases", (), now).rows(purchases)
        margin, revenue = _numbers(bought["margin"]), _numbers(bought["revenue"])
        events = Events.read(bought, ids, wanted=Wanted("purchases", (), now))
        certain = [_Due.of(events, margin)]
        if tickets is not None:
            asked = Wanted("tickets", (), now)
            certain.append(_Due.of(Events.read(tickets, ids, wanted=asked), -_ticket_costs(asked.rows(tickets), terms)))
        return cls(
            ids,
            Events.read(customers, ids, wanted=Wanted("customers", (), now)),
            tuple(certain),
            _Due.of(events, np.where(np.isnan(margin), revenue, 0.0)),
            _with_both(events, margin, revenue=revenue),
        )

    def at(self, as_of: Timestamp, terms: MarginTerms) -> _Answers:
        """Return the customers known at `as_of` and the two parts of what they brought."""
        known = np.zeros(len(self.ids), dtype=np.bool_)
        known[self.seen.visible(as_of).customers] = True
        certain = sum(due.present_values(as_of, terms, customers=len(self.ids)) for due in self.certain)
        waiting = self.revenue_only.present_values(as_of, terms, customers=len(self.ids))
        return _Answers(self.ids.filter(pa.array(known)), np.asarray(certain)[known], waiting[known])


@dataclass(frozen=True)
class _Answers:
    """Of one bucket at one moment: ids, what is certain, and revenue that waits for its share of margin."""

    ids: pa.Array
    certain: FloatArray
    revenue_only: FloatArray


def _labelled(buckets: Sequence[_Answers], as_of: Timestamp, *, share: float) -> Labels:
    ids = pa.concat_arrays([bucket.ids for bucket in buckets])
    order = pc.sort_indices(ids)
    values = np.concatenate([bucket.certain + share * bucket.revenue_only for bucket in buckets])
    return Labels(as_of, ids.take(order), values[order.to_numpy()])


def _margin_share(buckets: Sequence[_Bucket]) -> float:
    margin, revenue = np.sum([bucket.both for bucket in buckets], axis=0)
    return float(margin / revenue) if revenue > 0 else 1.0


def _with_both(events: Events, margin: FloatArray, *, revenue: FloatArray) -> FloatArray:
    stands = (events.known_from <= events.watermark) & (events.watermark < events.known_until)
    both = stands & np.isfinite(margin) & np.isfinite(revenue)
    return np.array([margin[both].sum(), revenue[both].sum()])


def _ticket_costs(tickets: pa.Table, terms: MarginTerms) -> FloatArray:
    contacts = _numbers(tickets["contacts"])
    return terms.ticket_cost + terms.contact_cost * np.where(np.isnan(contacts), 1.0, contacts)


def _numbers(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)
