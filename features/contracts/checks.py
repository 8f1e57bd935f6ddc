"""Which rows of a delivery keep their contract, and why do the others not: all failures of all rows at once, by pandera."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.columns import Columns, read_columns
from features.contracts.frames import SchemaErrors, dataframe_schema
from features.contracts.schemas import LATEST, TIME, delivered_schema
from features.contracts.sources import Source
from features.errors import InvalidInput
from features.times import Timestamp

KnownAt = Literal["given", "received", "event_time"]
_NAMED_ROWS = 5

Rows = NDArray[np.int64]


class ContractBroken(InvalidInput):
    """A delivery whose columns are wrong, or too many of whose rows are; `faults` lists everything, source by source."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(
            f"the delivery breaks its contract in {len(faults)} way{'s' * (len(faults) != 1)}; nothing was written\n{listed}\n"
            "put this right in the file or in the mapping's SELECT, then deliver again; docs/event-log.md has every column"
        )


@dataclass(frozen=True)
class Checked:
    """A judged delivery of one source.

    `good` holds the rows that keep the contract, in its column types. `bad` holds the others as they came, with their number
    in the delivery (`row`, from 1) and the `reason`. `broken` gives for each reason the rows it befell, from 0. `faults` are
    faults of the delivery as a whole.
    """

    source: Source
    good: pa.Table
    bad: pa.Table
    broken: Mapping[str, Rows]
    faults: tuple[str, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows each reason befell; a row may have several."""
        return {reason: len(rows) for reason, rows in self.broken.items()}

    def row_faults(self) -> list[str]:
        """Return one line a reason: how many rows of how many, and the first of them."""
        total = self.good.num_rows + self.bad.num_rows
        return [
            f"{self.source.name}.{reason}: {len(rows):,} of {total:,} rows (row {_first(rows)})"
            for reason, rows in self.broken.items()
        ]


def check_delivery(source: Source, given: pa.Table, *, known_at: KnownAt, received_at: Timestamp) -> Checked:
    """Judge every column and every row of one source's delivery; nothing is raised and nothing written."""
    assigned = () if known_at == "given" else ("known_at",)
    columns = read_columns(source, given, absent=assigned)
    broken = {f"{name}: {reason}": np.flatnonzero(mask) for name, (reason, mask) in columns.unreadable.items()}
    broken |= _known_too_soon(columns, source.time if known_at == "event_time" else "known_at", received_at=received_at)
    for reason, rows in _broken_rows(source, columns).items():
        column = reason.split(":")[0]
        told = np.flatnonzero(columns.unreadable[column][1]) if column in columns.unreadable else np.empty(0, np.int64)
        if len(left := np.setdiff1d(rows, told)):
            broken[reason] = left
    is_bad = np.zeros(given.num_rows, dtype=np.bool_)
    for rows in broken.values():
        is_bad[rows] = True
    good = columns.table.filter(pa.array(~is_bad))
    stamped = _stamp(source, good, known_at=known_at, received_at=received_at)
    return Checked(source, stamped, _bad_rows(given, broken, bad=np.flatnonzero(is_bad)), broken, columns.faults)


def _broken_rows(source: Source, columns: Columns) -> dict[str, Rows]:
    judged = [name for name in columns.table.column_names if name not in columns.faulty]
    schema = dataframe_schema(source)
    schema = schema.remove_columns([name for name in schema.columns if name not in judged])
    try:
        schema.validate(columns.table.select(judged).to_pandas(), lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        named = cases["column"] + ": " + cases["check"].replace("not_nullable", "absent")
        return {reason: np.unique(rows.to_numpy(np.int64)) for reason, rows in cases["index"].groupby(named, sort=False)}
    return {}


def _known_too_soon(columns: Columns, name: str, *, received_at: Timestamp) -> dict[str, Rows]:
    """Find rows known only from after their receipt on: one wrong year would carry the whole log into the future."""
    if name not in columns.table.column_names or name in columns.faulty:
        return {}
    moments = columns.table[name]
    later = pc.and_(pc.greater(moments, pa.scalar(received_at, TIME)), pc.less(moments, pa.scalar(LATEST, TIME)))
    found = np.flatnonzero(pc.fill_null(later, False).to_numpy())
    return {f"{name}: after the moment of receipt": found} if len(found) else {}


def _stamp(source: Source, good: pa.Table, *, known_at: KnownAt, received_at: Timestamp) -> pa.Table:
    """Add what intake knows: from when on the rows were known, and for a stamped column the moment of learning.

    A first import of history may say that a row was known when it happened; the profile of a customer is a mutable state
    even then, and counts as learned at the import.
    """
    received = pa.repeat(pa.scalar(received_at, TIME), good.num_rows)
    if known_at != "given":
        good = good.append_column("known_at", received if known_at == "received" else good[source.time])
    if source.stamped:
        told = received if known_at == "event_time" else pc.coalesce(good[source.stamped], good["known_at"])
        good = good.set_column(good.column_names.index(source.stamped), source.stamped, told)
    return good.select(delivered_schema(source).names)


def _bad_rows(given: pa.Table, broken: Mapping[str, Rows], *, bad: Rows) -> pa.Table:
    reasons = np.full(given.num_rows, "", dtype=object)
    for reason, rows in broken.items():
        reasons[rows] = np.where(reasons[rows] == "", reason, reasons[rows] + "; " + reason)
    told = {"row": pa.array(bad + 1, pa.int64()), "reason": pa.array(reasons[bad].tolist(), pa.string())}
    kept = given.take(pa.array(bad))
    return pa.Table.from_arrays([*told.values(), *kept.columns], names=[*told, *kept.column_names])


def _first(rows: Rows) -> str:
    named = ", ".join(f"{row + 1:,}" for row in rows[:_NAMED_ROWS])
    return named + (", ..." if len(rows) > _NAMED_ROWS else "")


def refuse_broken(checked: Iterable[Checked], *, tolerated_share: float) -> None:
    """Refuse deliveries as a whole where any column is wrong, or where a source's share of bad rows exceeds what is tolerated.

    Raises
    ------
    ContractBroken
        With every fault of every source, so that one round of corrections is enough.
    """
    deliveries = list(checked)
    if any(one.faults or _share(one) > tolerated_share for one in deliveries):
        raise ContractBroken([fault for one in deliveries for fault in (*one.faults, *one.row_faults())])


def _share(checked: Checked) -> float:
    share: float = checked.bad.num_rows / max(checked.good.num_rows + checked.bad.num_rows, 1)
    return share
