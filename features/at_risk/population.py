"""Who was at risk of leaving at a moment, as known then: everybody of a log, or some customers alone.

`activity`: who had an activity event in the last `at_risk_days`. `contract`: who has a contract in force, the newest term bought,
not cancelled, ending later. It needs no label, so the moment may be now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import LONG_AGO, BoolArray, Events, IntArray, Wanted, customers_of
from features.company.schema import Company
from features.engine.history import in_storage_order
from features.log.store import EventLog
from features.times import DAY, Timestamp

TERM_KINDS = ("order", "renewal", "upgrade", "downgrade")


def sources_read(company: Company) -> tuple[str, ...]:
    """Return the sources that decide who may leave, and who left."""
    if company.churn.definition == "contract":
        return ("purchases",)
    return tuple(dict.fromkeys(activity.source for activity in company.churn.activity))


def at_risk_at(log: EventLog, company: Company, *, as_of: Timestamp) -> pa.Array:
    """Return the customers at risk at a moment as known then, sorted bytewise."""
    sources = sources_read(company)
    buckets = [{source: log.bucket(source, bucket) for source in sources} for bucket in range(log.manifest.buckets)]
    return _sorted([_at_risk(tables, company, as_of) for tables in buckets])


def at_risk_among(log: EventLog, company: Company, *, ids: Collection[str], as_of: Timestamp) -> pa.Array:
    """Return which of these customers are at risk at a moment, sorted bytewise; only their own rows are read."""
    by_bucket: dict[int, list[str]] = {}
    for customer_id in ids:
        by_bucket.setdefault(log.bucket_of(customer_id), []).append(customer_id)
    sources = sources_read(company)
    owned = [
        {source: in_storage_order(log.of_customers(source, bucket, people), source) for source in sources}
        for bucket, people in by_bucket.items()
    ]
    return _sorted([_at_risk(tables, company, as_of) for tables in owned])


def last_activity(parts: Sequence[Events], *, as_of: Timestamp, count: int) -> IntArray:
    """Return each customer's last activity as known at a moment; LONG_AGO where there was none."""
    return np.asarray(np.maximum.reduce([part.visible(as_of).last_before(as_of, count) for part in parts]))


def is_active(seen: IntArray, company: Company, *, as_of: Timestamp) -> BoolArray:
    """Return whose last activity is recent enough to be asked about."""
    return seen >= as_of - company.churn.at_risk_days * DAY


def in_force(terms: Events, cancellations: Events, *, as_of: Timestamp, count: int) -> BoolArray:
    """Return who has a contract at `as_of`, as known then: the newest term bought ends later and was not cancelled."""
    start, end, visible = np.full(count, LONG_AGO), np.full(count, LONG_AGO), terms.visible(as_of)
    start[visible.customers], end[visible.customers] = visible.times, visible.ends  # sorted by time: the newest is written last
    cancelled = cancellations.visible(as_of).last_before(as_of, count)
    return np.asarray((end > as_of) & (cancelled < start))


def activities(
    tables: Mapping[str, pa.Table], company: Company, *, ids: pa.Array, watermarks: Mapping[str, Timestamp]
) -> list[Events]:
    """Return the events that the company calls activity, a part each kind of them."""
    return [
        Events.read(tables[one.source], ids, wanted=Wanted(one.source, tuple(one.kinds), watermarks[one.source]))
        for one in company.churn.activity
    ]


def terms_and_cancellations(purchases: pa.Table, ids: pa.Array, *, watermark: Timestamp) -> tuple[Events, Events]:
    """Return the terms bought, and the cancellations."""
    orders = Events.read(purchases, ids, wanted=Wanted("purchases", TERM_KINDS, watermark))
    cancellations = Events.read(purchases, ids, wanted=Wanted("purchases", ("cancellation",), watermark))
    return orders.where(orders.ends > orders.times), cancellations


def _at_risk(tables: Mapping[str, pa.Table], company: Company, as_of: Timestamp) -> pa.Array:
    ids = customers_of(tables.values())
    if company.churn.definition == "contract":
        terms, cancellations = terms_and_cancellations(tables["purchases"], ids, watermark=as_of)
        return ids.filter(pa.array(in_force(terms, cancellations, as_of=as_of, count=len(ids))))
    parts = activities(tables, company, ids=ids, watermarks=dict.fromkeys(tables, as_of))
    seen = last_activity(parts, as_of=as_of, count=len(ids))
    return ids.filter(pa.array(is_active(seen, company, as_of=as_of)))


def _sorted(parts: Sequence[pa.Array]) -> pa.Array:
    ids = pa.concat_arrays([pa.nulls(0, pa.string()), *parts])
    return ids.take(pc.sort_indices(ids))
