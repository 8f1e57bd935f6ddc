"""Which rows of the log decide who may leave, and who left: when, of whom, and from when until when each stood as a version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.sources import SOURCES
from features.times import DAY, Timestamp

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
LONG_AGO = np.iinfo(np.int64).min

_FOR_EVER_DAYS = 1_000_000  # some companies write 999999999 for a contract without end, which no 64-bit time can hold


@dataclass(frozen=True)
class Wanted:
    """Which rows of a source are read (all kinds where none is named), and up to when the source is complete."""

    source: str
    kinds: tuple[str, ...]
    watermark: Timestamp

    def rows(self, table: pa.Table) -> pa.Table:
        """Return the wanted rows, those without a customer dropped."""
        wanted = pc.is_valid(table["customer_id"])
        if self.kinds:
            wanted = pc.and_(wanted, pc.is_in(table["kind"], value_set=pa.array(self.kinds, pa.string())))
        return table.filter(wanted)


@dataclass(frozen=True)
class Events:
    """Rows of one bucket that matter, all versions, sorted by (customer, time).

    `customers` are places in the bucket's sorted ids; `ends` is where a bought term ends, the time itself where none was.
    """

    customers: npt.NDArray[np.int32]
    times: IntArray
    ends: IntArray
    known_from: IntArray
    known_until: IntArray
    watermark: Timestamp

    @classmethod
    def read(cls, table: pa.Table, ids: pa.Array, *, wanted: Wanted) -> Events:
        """Read the wanted rows of one bucket of a source."""
        rows = wanted.rows(table)
        times = _whole(rows[SOURCES[wanted.source].time])
        terms = _term(rows) if "term_days" in rows.column_names else np.zeros_like(times)
        return cls(
            customers=pc.index_in(rows["customer_id"], value_set=ids).combine_chunks().to_numpy(zero_copy_only=False),
            times=times,
            ends=times + terms,
            known_from=_whole(rows["known_at"]),
            known_until=_whole(pc.fill_null(rows["superseded_at"].cast(pa.int64()), NEVER)),
            watermark=wanted.watermark,
        )

    def visible(self, as_of: Timestamp) -> Events:
        """Return what stood at `as_of`: happened before it, in the newest version known before it."""
        return self.where((self.times < as_of) & (self.known_from < as_of) & (as_of <= self.known_until))

    def final(self) -> Events:
        """Return the newest version of each row known by the watermark."""
        return self.where((self.known_from <= self.watermark) & (self.watermark < self.known_until))

    def where(self, mask: BoolArray) -> Events:
        """Return the rows of a mask."""
        return Events(
            customers=self.customers[mask],
            times=self.times[mask],
            ends=self.ends[mask],
            known_from=self.known_from[mask],
            known_until=self.known_until[mask],
            watermark=self.watermark,
        )

    def first_from(self, as_of: Timestamp, count: int) -> IntArray:
        """Return each customer's first time at or after `as_of`; NEVER where there is none."""
        first, ahead = np.full(count, NEVER), self.times >= as_of
        np.minimum.at(first, self.customers[ahead], self.times[ahead])
        return first

    def last_before(self, as_of: Timestamp, count: int) -> IntArray:
        """Return each customer's last time before `as_of`; LONG_AGO where there is none."""
        last, before = np.full(count, LONG_AGO), self.times < as_of
        np.maximum.at(last, self.customers[before], self.times[before])
        return last


def customers_of(tables: Iterable[pa.Table]) -> pa.Array:
    """Return the ids found in tables of one bucket, sorted bytewise."""
    found = pc.unique(pa.chunked_array([chunk for table in tables for chunk in table["customer_id"].chunks], pa.string()))
    known = found.drop_null()
    return known.take(pc.sort_indices(known))


def joined(first: Events, second: Events) -> Events:
    """Return the rows of both, those of the first before those of the second."""
    return Events(
        customers=np.concatenate([first.customers, second.customers]),
        times=np.concatenate([first.times, second.times]),
        ends=np.concatenate([first.ends, second.ends]),
        known_from=np.concatenate([first.known_from, second.known_from]),
        known_until=np.concatenate([first.known_until, second.known_until]),
        watermark=first.watermark,
    )


def _term(rows: pa.Table) -> IntArray:
    days = np.minimum(pc.fill_null(rows["term_days"], 0).to_numpy(), _FOR_EVER_DAYS)
    return np.asarray(days * DAY).astype(np.int64)


def _whole(column: pa.ChunkedArray) -> IntArray:
    numbers: IntArray = column.cast(pa.int64()).to_numpy()
    return numbers
