"""Who left: the labels of the churn model.

The population is what was *known* at `as_of`: only versions of rows visible then decide who was at risk. The label is what
really *happened*: the newest version of every row known by the watermark, the moment up to which a source is complete. So a
correction received later may change a label, and never who was asked about.

`activity`: at risk is who had an activity event in the last `at_risk_days`; left is who has none in the horizon. The longer the
horizon, the longer the silence needed, so the share of leavers falls with it.

`contract`: at risk is who has a contract in force (the newest term bought, not cancelled, ending after `as_of`); left is who
cancels in the horizon, or whose term ends in it without a renewal within `grace_days` of its end. Who by the final state of the
log was gone before `as_of`, though nobody knew, has left too. The share of leavers rises with the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company import Company
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.rows import BoolArray
from training.labels.events import LONG_AGO, NEVER, Events, IntArray, Wanted, customers_of, joined
from training.labels.labels import Labels, observed_by, refuse_immature

TERM_KINDS = ("order", "renewal", "upgrade", "downgrade")


def label_churn(log: EventLog, company: Company, *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None) -> list[Labels]:
    """Label the customers at risk at each `as_of`, in the order given; `until` pretends that today is that moment.

    One column a horizon of the company, ascending: 1.0 left, 0.0 stayed.

    Raises
    ------
    ImmatureLabels
        If at the longest horizon (and `grace_days` for `contract`) a source that is read is not complete.
    """
    watermarks = observed_by(log, until, sources=sources_read(company))
    for as_of in as_ofs:
        refuse_immature(as_of, watermarks, gap_days=days_to_mature(company))
    task = _Task(company, as_ofs, watermarks)
    buckets = [_label_bucket(log, bucket, task=task) for bucket in range(log.manifest.buckets)]
    return [_joined(as_of, [bucket[place] for bucket in buckets]) for place, as_of in enumerate(as_ofs)]


def at_risk_at(log: EventLog, company: Company, *, as_of: Timestamp) -> pa.Array:
    """Return the customers at risk at a moment as known then, sorted bytewise; needs no label, so the moment may be now."""
    nothing_ahead = _Task(company, [as_of], dict.fromkeys(sources_read(company), as_of))
    found = pa.concat_arrays([_label_bucket(log, bucket, task=nothing_ahead)[0].ids for bucket in range(log.manifest.buckets)])
    return found.take(pc.sort_indices(found))


def sources_read(company: Company) -> tuple[str, ...]:
    """Return the sources that decide who left."""
    if company.churn.definition == "contract":
        return ("purchases",)
    return tuple(dict.fromkeys(activity.source for activity in company.churn.activity))


def days_to_mature(company: Company) -> int:
    """Return after how many days all labels are known: the longest horizon, and for `contract` the grace."""
    grace = company.churn.grace_days if company.churn.definition == "contract" else 0
    return max(company.horizons_days) + grace


@dataclass(frozen=True)
class _Bucket:
    """Labels of one bucket at one moment: the customers at risk, and who of them left, a column a horizon."""

    ids: pa.Array
    left: npt.NDArray[np.float64]

    @classmethod
    def of(cls, ids: pa.Array, at_risk: BoolArray, *, left: BoolArray) -> _Bucket:
        return cls(ids.filter(pa.array(at_risk)), left[at_risk].astype(np.float64))


@dataclass(frozen=True)
class _Task:
    """What is asked of every bucket alike; `watermarks` says how far each source is complete."""

    company: Company
    as_ofs: Sequence[Timestamp]
    watermarks: Mapping[str, Timestamp]

    @property
    def horizons(self) -> npt.NDArray[np.int64]:
        return np.array(self.company.horizons_days, dtype=np.int64) * DAY

    def wanted(self, source: str, kinds: Sequence[str]) -> Wanted:
        return Wanted(source, tuple(kinds), self.watermarks[source])


def _label_bucket(log: EventLog, bucket: int, *, task: _Task) -> list[_Bucket]:
    label = _contract_labels if task.company.churn.definition == "contract" else _activity_labels
    return label({source: log.bucket(source, bucket) for source in sources_read(task.company)}, task)


def _activity_labels(tables: Mapping[str, pa.Table], task: _Task) -> list[_Bucket]:
    churn, ids = task.company.churn, customers_of(tables.values())
    parts = [
        Events.read(tables[activity.source], ids, wanted=task.wanted(activity.source, activity.kinds))
        for activity in churn.activity
    ]
    finals = [part.final() for part in parts]
    labels = []
    for as_of in task.as_ofs:
        lately = [part.visible(as_of).last_before(as_of, len(ids)) for part in parts]
        at_risk = np.maximum.reduce(lately) >= as_of - churn.at_risk_days * DAY
        returned = np.minimum.reduce([final.first_from(as_of, len(ids)) for final in finals])
        labels.append(_Bucket.of(ids, at_risk, left=returned[:, None] >= as_of + task.horizons))
    return labels


def _contract_labels(tables: Mapping[str, pa.Table], task: _Task) -> list[_Bucket]:
    purchases = tables["purchases"]
    ids = customers_of([purchases])
    orders = Events.read(purchases, ids, wanted=task.wanted("purchases", TERM_KINDS))
    terms = orders.where(orders.ends > orders.times)
    cancellations = Events.read(purchases, ids, wanted=task.wanted("purchases", ("cancellation",)))
    grace = task.company.churn.grace_days * DAY
    contracts = _Contracts(terms.final(), _departures(terms.final(), cancellations.final(), grace=grace), grace)
    labels = []
    for as_of in task.as_ofs:
        left = contracts.departed(as_of, len(ids))[:, None] < as_of + task.horizons
        in_force = _in_force(terms.visible(as_of), cancellations.visible(as_of), as_of=as_of, count=len(ids))
        labels.append(_Bucket.of(ids, in_force, left=left))
    return labels


def _in_force(terms: Events, cancellations: Events, *, as_of: Timestamp, count: int) -> BoolArray:
    """Who has a contract at `as_of`, as known then: the newest term bought ends later and was not cancelled."""
    start, end = np.full(count, LONG_AGO), np.full(count, LONG_AGO)
    start[terms.customers], end[terms.customers] = terms.times, terms.ends  # sorted by time: the newest is written last
    return np.asarray((end > as_of) & (cancellations.last_before(as_of, count) < start))


@dataclass(frozen=True)
class _Contracts:
    """What became of the contracts by the final state: each term bought, each departure, and the grace for a renewal."""

    terms: Events
    departures: Events
    grace: Timestamp

    def departed(self, as_of: Timestamp, count: int) -> IntArray:
        """When each customer left from `as_of` on, NEVER for who stayed; who had no contract at `as_of` left then.

        Without one is who left since the newest term bought, and who had bought none and bought none by the end of the grace.
        """
        newest = self.terms.last_before(as_of, count)
        without = (newest == LONG_AGO) & (self.terms.first_from(as_of, count) > as_of + self.grace)
        gone = (newest > LONG_AGO) & (self.departures.last_before(as_of, count) >= newest)
        return np.where(without | gone, as_of, self.departures.first_from(as_of, count))


def _departures(terms: Events, cancellations: Events, *, grace: Timestamp) -> Events:
    """When customers left: each cancellation, and each end of a term with no newer term by `grace` after it."""
    followed = np.append(terms.customers[1:] == terms.customers[:-1], False)[: len(terms.times)]
    renewed = np.where(followed, np.append(terms.times[1:], NEVER)[: len(terms.times)], NEVER)
    lapsed = terms.where(renewed > terms.ends + grace)
    return joined(cancellations, replace(lapsed, times=lapsed.ends))


def _joined(as_of: Timestamp, buckets: Sequence[_Bucket]) -> Labels:
    ids = pa.concat_arrays([bucket.ids for bucket in buckets])
    order = pc.sort_indices(ids)
    left = np.concatenate([bucket.left for bucket in buckets])
    return Labels(as_of, ids.take(order), left[order.to_numpy()])
