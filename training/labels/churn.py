"""Who left: the labels of the churn model.

The population is what was *known* at `as_of`: only versions of rows visible then decide who was at risk. The label is what
really *happened*: the newest version of every row known by the watermark, the moment up to which a source is complete. So a
correction received later may change a label, and never who was asked about.

`activity`: at risk is who had an activity event in the last `at_risk_days`; left is who has none in the horizon. The longer the
horizon, the longer the silence needed, so the share of leavers falls with it.

`contract`: at risk is who has a contract in force (the newest term bought, not cancelled, ending after `as_of`); left is who
cancels in the horizon, or whose term ends in it without a renewal within `grace_days` of its end. Who by the final state of the
log was gone before `as_of`, though nobody knew, has left too. The share of leavers rises with the horizon.

When somebody left (`departures`) is read off the same rows by the same code: for `contract` the cancellation or the end of the
term, for `activity` the moment at which the silence had lasted the main horizon, so that a rule would have noticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import LONG_AGO, NEVER, Events, IntArray, customers_of, joined
from features.at_risk.population import activities, in_force, is_active, last_activity, sources_read, terms_and_cancellations
from features.company import Company
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.rows import BoolArray, FloatArray
from training.labels.labels import Labels, observed_by, refuse_immature


def label_churn(log: EventLog, company: Company, *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None) -> list[Labels]:
    """Label the customers at risk at each `as_of`, in the order given; `until` pretends that today is that moment.

    One column a horizon of the company, ascending: 1.0 left, 0.0 stayed.

    Raises
    ------
    ImmatureLabels
        If at the longest horizon (and `grace_days` for `contract`) a source that is read is not complete.
    """
    found = _found(log, company, as_ofs=as_ofs, until=until)
    return [Labels(as_of, each.ids, each.left) for as_of, each in zip(as_ofs, found, strict=True)]


@dataclass(frozen=True)
class Departures:
    """When the customers asked about at `as_of` left, row for row the labels of that moment.

    `left_at`: NEVER for who stayed through the main horizon; at or before `as_of` for who was gone, though nobody knew.
    `noticed`: who had left by what was known at `as_of`: silent for the main horizon already, and still counted as at risk.
    """

    as_of: Timestamp
    ids: pa.Array
    left_at: IntArray
    noticed: BoolArray


def departures(
    log: EventLog, company: Company, *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None
) -> list[Departures]:
    """Return when those labelled as leavers within the main horizon left, at each `as_of` in the order given.

    Raises
    ------
    ImmatureLabels
        As `label_churn`.
    """
    main = company.horizons_days.index(company.horizon_days)
    silence = company.horizon_days * DAY if company.churn.definition == "activity" else 0
    found = zip(as_ofs, _found(log, company, as_ofs=as_ofs, until=until), strict=True)
    return [
        Departures(
            as_of,
            each.ids,
            left_at=np.where(each.left[:, main] > 0, each.turned + silence, NEVER),
            noticed=each.seen + silence <= as_of,
        )
        for as_of, each in found
    ]


def days_to_mature(company: Company) -> int:
    """Return after how many days all labels are known: the longest horizon, and for `contract` the grace."""
    grace = company.churn.grace_days if company.churn.definition == "contract" else 0
    return max(company.horizons_days) + grace


@dataclass(frozen=True)
class _Found:
    """What became of the customers at risk at one moment: who left, a column a horizon, and when each turned away.

    `turned`: the departure of a contract, the last activity before the moment by the final state. `seen`: that activity as known
    at the moment; NEVER where a contract in force says that nobody has left yet.
    """

    ids: pa.Array
    left: FloatArray
    turned: IntArray
    seen: IntArray

    def where(self, at_risk: BoolArray) -> _Found:
        return _Found(self.ids.filter(pa.array(at_risk)), self.left[at_risk], self.turned[at_risk], self.seen[at_risk])

    @classmethod
    def joined(cls, buckets: Sequence[_Found]) -> _Found:
        """Return all buckets as one, sorted by customer bytewise."""
        ids = pa.concat_arrays([bucket.ids for bucket in buckets])
        order = pc.sort_indices(ids)
        columns = (np.concatenate(parts) for parts in zip(*((b.left, b.turned, b.seen) for b in buckets), strict=True))
        return cls(ids.take(order), *(column[order.to_numpy()] for column in columns))


@dataclass(frozen=True)
class _Task:
    """What is asked of every bucket alike; `watermarks` says how far each source is complete."""

    company: Company
    as_ofs: Sequence[Timestamp]
    watermarks: Mapping[str, Timestamp]

    @property
    def horizons(self) -> npt.NDArray[np.int64]:
        return np.array(self.company.horizons_days, dtype=np.int64) * DAY


def _found(log: EventLog, company: Company, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[_Found]:
    watermarks = observed_by(log, until, sources=sources_read(company))
    for as_of in as_ofs:
        refuse_immature(as_of, watermarks, gap_days=days_to_mature(company))
    task = _Task(company, as_ofs, watermarks)
    buckets = [_label_bucket(log, bucket, task=task) for bucket in range(log.manifest.buckets)]
    return [_Found.joined([bucket[place] for bucket in buckets]) for place in range(len(as_ofs))]


def _label_bucket(log: EventLog, bucket: int, *, task: _Task) -> list[_Found]:
    label = _contract_labels if task.company.churn.definition == "contract" else _activity_labels
    return label({source: log.bucket(source, bucket) for source in sources_read(task.company)}, task)


def _activity_labels(tables: Mapping[str, pa.Table], task: _Task) -> list[_Found]:
    ids = customers_of(tables.values())
    parts = activities(tables, task.company, ids=ids, watermarks=task.watermarks)
    finals = [part.final() for part in parts]
    labels = []
    for as_of in task.as_ofs:
        seen = last_activity(parts, as_of=as_of, count=len(ids))
        returned = np.minimum.reduce([final.first_from(as_of, len(ids)) for final in finals])
        turned = np.maximum.reduce([final.last_before(as_of, len(ids)) for final in finals])
        left = (returned[:, None] >= as_of + task.horizons).astype(np.float64)
        labels.append(_Found(ids, left, turned, seen).where(is_active(seen, task.company, as_of=as_of)))
    return labels


def _contract_labels(tables: Mapping[str, pa.Table], task: _Task) -> list[_Found]:
    purchases = tables["purchases"]
    ids = customers_of([purchases])
    terms, cancellations = terms_and_cancellations(purchases, ids, watermark=task.watermarks["purchases"])
    grace = task.company.churn.grace_days * DAY
    contracts = _Contracts(terms.final(), _departures(terms.final(), cancellations.final(), grace=grace), grace)
    labels = []
    for as_of in task.as_ofs:
        departed, nobody = contracts.departed(as_of, len(ids)), np.full(len(ids), NEVER)
        left = (departed[:, None] < as_of + task.horizons).astype(np.float64)
        bound = in_force(terms, cancellations, as_of=as_of, count=len(ids))
        labels.append(_Found(ids, left, departed, nobody).where(bound))
    return labels


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
