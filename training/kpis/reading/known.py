"""What was known at a moment: the rows of one bucket that stood then, and of each only what had come to be known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.sources import SOURCES, Column, Kind
from features.log.store import EventLog
from features.times import Timestamp
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.observations import NEVER
from models.rows import FloatArray


@dataclass(frozen=True)
class KnownRows:
    """Rows of customers who were known themselves: whose each is (a place among all), and the columns asked for."""

    customers: IntArray
    table: pa.Table

    def moments(self, name: str) -> IntArray:
        """Return a time column in microseconds; `NEVER` where it is not known."""
        return np.asarray(pc.fill_null(self.table[name].cast(pa.int64()), NEVER).to_numpy())

    def numbers(self, name: str) -> FloatArray:
        """Return a column of numbers or flags; NaN where it is not known."""
        return np.asarray(pc.fill_null(self.table[name].cast(pa.float64()), np.nan).to_numpy())

    def texts(self, name: str, *, missing: str) -> npt.NDArray[np.str_]:
        """Return a column of texts, `missing` where there is none."""
        return np.array(pc.fill_null(self.table[name], missing).to_pylist(), dtype=np.str_)

    def where(self, chosen: npt.NDArray[np.bool_]) -> KnownRows:
        """Return the chosen rows."""
        return KnownRows(self.customers[chosen], self.table.filter(pa.array(chosen)))

    def of_kinds(self, kinds: Iterable[str]) -> KnownRows:
        """Return the rows of these kinds."""
        return self.where(pc.is_in(self.table["kind"], value_set=pa.array(list(kinds), pa.string())).to_numpy())


@dataclass(frozen=True)
class KnownBucket:
    """One bucket of the log at a moment; `ids` are its customers known then, `places` theirs among everybody."""

    log: EventLog
    bucket: int
    as_of: Timestamp
    ids: pa.Array
    places: IntArray

    @classmethod
    def of(cls, log: EventLog, bucket: int, *, everybody: pa.Array, as_of: Timestamp) -> KnownBucket:
        """Find the bucket's customers among everybody known at the moment."""
        stood = pc.unique(
            _standing(log.bucket("customers", bucket, ("customer_id", "known_at", "superseded_at")), as_of)["customer_id"]
        )
        places = pc.index_in(stood.cast(pa.string()), value_set=everybody)
        known = pc.is_valid(places)
        return cls(log, bucket, as_of, stood.filter(known).cast(pa.string()), places.filter(known).to_numpy().astype(np.int64))

    def rows(self, source: str, *columns: str) -> KnownRows:
        """Return the rows that had happened and stood at the moment; a column that came to be known later is empty."""
        declared = SOURCES[source]
        asked = [declared.column(name) for name in columns]
        masks = {name for column in asked for name in _known_with(column, declared.time)}
        names = dict.fromkeys(("customer_id", declared.time, "known_at", "superseded_at", *columns, *sorted(masks)))
        table = _standing(self.log.bucket(source, self.bucket, tuple(names)), self.as_of)
        table = table.filter(pc.less(table[declared.time], _moment(self.as_of)))
        places = _plain(pc.index_in(_decoded(table["customer_id"]), value_set=self.ids))
        table, places = table.filter(pc.is_valid(places)), places.drop_null().to_numpy()
        known = {column.name: self._masked(table, column, happened=declared.time) for column in asked}
        return KnownRows(self.places[places], pa.table(known) if known else table.select([]))

    def _masked(self, table: pa.Table, column: Column, *, happened: str) -> pa.Array:
        values = _plain(_decoded(table[column.name]))
        for name in _known_with(column, happened):
            come = pc.fill_null(pc.less(table[name], _moment(self.as_of)), False)
            values = pc.if_else(_plain(come), values, pa.scalar(None, values.type))
        return values


def _known_with(column: Column, happened: str) -> tuple[str, ...]:
    """Return the time columns that must have come before a value of this column is known."""
    if column.known_with is not None:
        return (column.known_with,)
    return (column.name,) if column.kind is Kind.TIME and column.name != happened else ()


def _standing(table: pa.Table, as_of: Timestamp) -> pa.Table:
    """Return the versions that stood at a moment: known before it, and not replaced before it."""
    replaced = pc.fill_null(pc.less(table["superseded_at"], _moment(as_of)), False)
    return table.filter(pc.and_not(pc.less(table["known_at"], _moment(as_of)), replaced))


def _moment(at: Timestamp) -> pa.Scalar:
    return pa.scalar(at, pa.timestamp("us", "UTC"))


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
