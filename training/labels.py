"""Who left? The only code of this project that looks ahead of `as_of`.

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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.errors import InvalidInput
from features.log.sources import SOURCES
from features.log.store import EventLog
from features.times import DAY, Timestamp, format_time

_BoolArray: TypeAlias = npt.NDArray[np.bool_]
_IntArray: TypeAlias = npt.NDArray[np.int64]

NEVER = np.iinfo(np.int64).max
LONG_AGO = np.iinfo(np.int64).min
TERM_KINDS = ("order", "renewal", "upgrade")
_KIND_COLUMNS = {"usage": "feature", "milestones": "milestone", "mentions": "network", "tickets": "topic", "offers": "outcome"}


class ImmatureLabels(InvalidInput):
    """The horizon of a label is not over yet in one of the sources it reads, so nobody can know who left."""

    def __init__(self, as_of: Timestamp, needed: Timestamp, observed: Mapping[str, Timestamp]) -> None:
        self.as_of, self.needed, self.observed = as_of, needed, dict(observed)
        found = "; ".join(f"{source} is complete until {format_time(until)}" for source, until in observed.items())
        super().__init__(
            f"labels as of {format_time(as_of)} need every source they read to be complete until {format_time(needed)}: "
            f"{found}. Import newer rows, or take an earlier date"
        )


@dataclass(frozen=True)
class ChurnLabels:
    """Who was at risk at `as_of`, and who of them left.

    `ids` are the customers at risk, sorted bytewise; `left` has one row per customer and one column per horizon, ascending:
    1.0 left, 0.0 stayed.
    """

    as_of: Timestamp
    horizons_days: tuple[int, ...]
    ids: pa.Array
    left: npt.NDArray[np.float64]


def newest_mature(observed_until: Mapping[str, Timestamp], company: Company) -> Timestamp:
    """Return the newest `as_of` whose labels are mature at every horizon, given how far each source is complete."""
    return min(_observed(observed_until, company).values()) - days_to_mature(company) * DAY


def label_churn(
    log: EventLog, company: Company, as_ofs: Sequence[Timestamp], *, until: Timestamp | None = None
) -> list[ChurnLabels]:
    """Label the customers at risk at each `as_of`, in the order given; `until` pretends that today is that moment.

    Raises
    ------
    ImmatureLabels
        If at the longest horizon (and `grace_days` for `contract`) a source that is read is not complete.
    """
    watermarks = _observed(observed_by(log, until), company)
    for as_of in as_ofs:
        _refuse_immature(as_of, watermarks, company)
    buckets = [_label_bucket(log, bucket, company, as_ofs, watermarks) for bucket in range(log.manifest.buckets)]
    return [
        _joined(as_of, company.horizons_days, [bucket[position] for bucket in buckets]) for position, as_of in enumerate(as_ofs)
    ]


def at_risk_at(log: EventLog, company: Company, as_of: Timestamp) -> pa.Array:
    """Return the customers at risk at a moment as known then, sorted bytewise; needs no label, so the moment may be now."""
    nothing_ahead = dict.fromkeys(sources_read(company), as_of)
    found = pa.concat_arrays(
        [_label_bucket(log, bucket, company, [as_of], nothing_ahead)[0].ids for bucket in range(log.manifest.buckets)]
    )
    return found.take(pc.sort_indices(found))


def observed_by(log: EventLog, until: Timestamp | None) -> dict[str, Timestamp]:
    """Return how far each source is complete, seen from `until` (from the newest row if None)."""
    observed = log.manifest.observed_until
    return {source: at if until is None else min(at, until) for source, at in observed.items()}


def sources_read(company: Company) -> tuple[str, ...]:
    """Return the sources that decide who left."""
    if company.churn.definition == "contract":
        return ("purchases",)
    return tuple(dict.fromkeys(activity.source for activity in company.churn.activity))


def days_to_mature(company: Company) -> int:
    """Return after how many days all labels are known: the longest horizon, and for `contract` the grace."""
    grace = company.churn.grace_days if company.churn.definition == "contract" else 0
    return max(company.horizons_days) + grace


def _observed(observed_until: Mapping[str, Timestamp], company: Company) -> dict[str, Timestamp]:
    return {source: observed_until.get(source, 0) for source in sources_read(company)}


def _refuse_immature(as_of: Timestamp, watermarks: Mapping[str, Timestamp], company: Company) -> None:
    needed = as_of + days_to_mature(company) * DAY
    short = {source: until for source, until in watermarks.items() if until < needed}
    if short:
        raise ImmatureLabels(as_of, needed, short)


@dataclass(frozen=True)
class _Events:
    """Rows of one bucket that matter, all versions, sorted by (customer, time): who, when, known from when until when."""

    customers: npt.NDArray[np.int32]
    times: _IntArray
    ends: _IntArray
    known_from: _IntArray
    known_until: _IntArray
    watermark: Timestamp

    def visible(self, as_of: Timestamp) -> _BoolArray:
        """Which rows stood at `as_of`: happened before it, in the newest version known before it."""
        return (self.times < as_of) & (self.known_from < as_of) & (as_of <= self.known_until)

    def final(self) -> _Events:
        """Return the newest version of each row known by the watermark."""
        return self.where((self.known_from <= self.watermark) & (self.watermark < self.known_until))

    def where(self, mask: _BoolArray) -> _Events:
        """Return the rows of a mask."""
        return _Events(
            customers=self.customers[mask],
            times=self.times[mask],
            ends=self.ends[mask],
            known_from=self.known_from[mask],
            known_until=self.known_until[mask],
            watermark=self.watermark,
        )


@dataclass(frozen=True)
class _Bucket:
    """Labels of one bucket at one moment: the customers at risk, and who of them left, a column a horizon."""

    ids: pa.Array
    left: npt.NDArray[np.float64]


def _label_bucket(
    log: EventLog, bucket: int, company: Company, as_ofs: Sequence[Timestamp], watermarks: Mapping[str, Timestamp]
) -> list[_Bucket]:
    label = _contract_labels if company.churn.definition == "contract" else _activity_labels
    tables = {source: log.bucket(source, bucket) for source in sources_read(company)}
    return label(tables, company, as_ofs, watermarks)


def _activity_labels(
    tables: Mapping[str, pa.Table], company: Company, as_ofs: Sequence[Timestamp], watermarks: Mapping[str, Timestamp]
) -> list[_Bucket]:
    ids = _customers(tables.values())
    parts = [
        _events(tables[activity.source], activity.source, activity.kinds, ids, watermarks[activity.source])
        for activity in company.churn.activity
    ]
    finals, horizons = [part.final() for part in parts], np.array(company.horizons_days) * DAY
    labels = []
    for as_of in as_ofs:
        recent = [
            part.customers[part.visible(as_of) & (part.times >= as_of - company.churn.at_risk_days * DAY)] for part in parts
        ]
        at_risk = np.zeros(len(ids), dtype=bool)
        at_risk[np.concatenate(recent)] = True
        returns = [_first_at_or_after(as_of, final, len(ids)) for final in finals]
        left = np.minimum.reduce(returns)[:, None] >= as_of + horizons
        labels.append(_of_those_at_risk(ids, at_risk, left))
    return labels


def _contract_labels(
    tables: Mapping[str, pa.Table], company: Company, as_ofs: Sequence[Timestamp], watermarks: Mapping[str, Timestamp]
) -> list[_Bucket]:
    purchases, watermark = tables["purchases"], watermarks["purchases"]
    ids = _customers([purchases])
    terms = _events(purchases, "purchases", TERM_KINDS, ids, watermark)
    terms = terms.where(terms.ends > terms.times)
    cancellations = _events(purchases, "purchases", ("cancellation",), ids, watermark)
    bought, horizons = terms.final(), np.array(company.horizons_days) * DAY
    departures = _departures(bought, cancellations.final(), company.churn.grace_days * DAY)
    labels = []
    for as_of in as_ofs:
        gone = _last_before(as_of, departures, len(ids)) > _last_before(as_of, bought, len(ids))
        left = gone[:, None] | (_first_at_or_after(as_of, departures, len(ids))[:, None] < as_of + horizons)
        labels.append(_of_those_at_risk(ids, _in_force(as_of, terms, cancellations, len(ids)), left))
    return labels


def _in_force(as_of: Timestamp, terms: _Events, cancellations: _Events, count: int) -> _BoolArray:
    """Who has a contract at `as_of`, as known then: the newest term bought ends later and was not cancelled."""
    bought = terms.where(terms.visible(as_of))
    start, end = np.full(count, LONG_AGO), np.full(count, LONG_AGO)
    start[bought.customers], end[bought.customers] = bought.times, bought.ends  # sorted by time: the newest is written last
    cancelled = _last_before(as_of, cancellations.where(cancellations.visible(as_of)), count)
    return (end > as_of) & (cancelled < start)


def _departures(terms: _Events, cancellations: _Events, grace: Timestamp) -> _Events:
    """When customers left: each cancellation, and each end of a term with no newer term by `grace` after it."""
    followed = np.append(terms.customers[1:] == terms.customers[:-1], False)[: len(terms.times)]
    renewed = np.where(followed, np.append(terms.times[1:], NEVER)[: len(terms.times)], NEVER)
    lapsed = terms.where(renewed > terms.ends + grace)
    return _Events(
        customers=np.concatenate([cancellations.customers, lapsed.customers]),
        times=np.concatenate([cancellations.times, lapsed.ends]),
        ends=np.concatenate([cancellations.ends, lapsed.ends]),
        known_from=np.concatenate([cancellations.known_from, lapsed.known_from]),
        known_until=np.concatenate([cancellations.known_until, lapsed.known_until]),
        watermark=terms.watermark,
    )


def _first_at_or_after(as_of: Timestamp, events: _Events, count: int) -> _IntArray:
    first, ahead = np.full(count, NEVER), events.times >= as_of
    np.minimum.at(first, events.customers[ahead], events.times[ahead])
    return first


def _last_before(as_of: Timestamp, events: _Events, count: int) -> _IntArray:
    last, before = np.full(count, LONG_AGO), events.times < as_of
    np.maximum.at(last, events.customers[before], events.times[before])
    return last


def _customers(tables: Iterable[pa.Table]) -> pa.Array:
    """Return the ids of a bucket, sorted bytewise."""
    found = pc.unique(pa.chunked_array([chunk for table in tables for chunk in table["customer_id"].chunks], pa.string()))
    known = found.drop_null()
    return known.take(pc.sort_indices(known))


def _events(table: pa.Table, source: str, kinds: Sequence[str], ids: pa.Array, watermark: Timestamp) -> _Events:
    """Return the rows of the kinds wanted (all where none is named), those without a customer dropped."""
    wanted = pc.is_valid(table["customer_id"])
    if kinds:
        wanted = pc.and_(wanted, pc.is_in(table[_KIND_COLUMNS.get(source, "kind")], value_set=pa.array(kinds, pa.string())))
    rows = table.filter(wanted)
    times = _whole(rows[SOURCES[source].time])
    terms = _whole(pc.fill_null(rows["term_days"], 0)) * DAY if "term_days" in rows.column_names else np.zeros_like(times)
    return _Events(
        customers=pc.index_in(rows["customer_id"], value_set=ids).combine_chunks().to_numpy(zero_copy_only=False),
        times=times,
        ends=times + terms,
        known_from=_whole(rows["known_at"]),
        known_until=_whole(pc.fill_null(rows["superseded_at"].cast(pa.int64()), NEVER)),
        watermark=watermark,
    )


def _whole(column: pa.ChunkedArray) -> _IntArray:
    numbers: _IntArray = (
        pc.floor(column).cast(pa.int64()).to_numpy()
        if pa.types.is_floating(column.type)
        else (column.cast(pa.int64()).to_numpy())
    )
    return numbers


def _of_those_at_risk(ids: pa.Array, at_risk: _BoolArray, left: _BoolArray) -> _Bucket:
    return _Bucket(ids.filter(pa.array(at_risk)), left[at_risk].astype(np.float64))


def _joined(as_of: Timestamp, horizons_days: tuple[int, ...], buckets: Sequence[_Bucket]) -> ChurnLabels:
    ids = pa.concat_arrays([bucket.ids for bucket in buckets])
    order = pc.sort_indices(ids)
    left = np.concatenate([bucket.left for bucket in buckets])
    return ChurnLabels(as_of, horizons_days, ids.take(order), left[order.to_numpy()])
