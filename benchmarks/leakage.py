"""R6: does what happens or comes to be known at a moment, or after it, leave every feature of then and before as it was.

A trial is one customer with a random history in every source the features read: ties, events at the edges of windows, versions,
rows known late, NULLs. Then four things are planted in every source: events of the future, later versions of old rows with any
column altered, old events known only later, and other values in columns that are not yet known. Not one cell may change (of a
later moment many must, or nothing was planted). The same customers asked for one by one must give the rows of the batch, byte for
byte. `--share 0.1` is the tenth that the suite runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.goals import Result, arguments, report
from features.company import default_company_text, read_company
from features.contracts.schemas import TIME, delivered_schema
from features.contracts.sources import SOURCES, Column, Kind, Source
from features.engine.compute import compute, compute_customer
from features.engine.history import History, read_history
from features.log.versions import merge_versions
from features.times import DAY, HOUR, Timestamp, parse_time

IntArray: TypeAlias = NDArray[np.int64]

CATALOGUE = read_company(default_company_text("default")).catalogue
TRIALS = 10_000
AS_OF = parse_time("2024-03-01")
AS_OFS = (AS_OF - 366 * DAY, AS_OF - 30 * DAY, AS_OF - 12 * HOUR, AS_OF)
_LATER = AS_OF + 61 * DAY
_CUSTOMERS = 250
_ALONE = 10
_ROWS = 12
_PAST_DAYS = 400
_FUTURE_DAYS = 60
_MISSING = 0.15
_TEXTS = ("a", "b", "c")
_WORDS = {
    "feature": ("automation", "api", "search"),
    "milestone": ("account_setup", "data_migration", "first_report", "team_invited", "training_done"),
    "channel": ("phone", "email", "chat", "portal", "in_app", "sms", "post"),
}
_LISTS: tuple[list[str], ...] = ([], ["phone"], ["email", "phone"], ["in_app", "sms", "post"])
_NUMBERS = (-1.0, 0.0, 1.0, 2.0, 4.5, 400.0)


@dataclass(frozen=True)
class Found:
    """What a campaign found: customers tried; cells compared, changed, changed at a later moment; customers asked alone."""

    trials: int = 0
    cells: int = 0
    changed: int = 0
    noticed: int = 0
    alone: int = 0
    differing: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def campaign(trials: int, *, seed: int = 0) -> Found:
    """Run so many trials, in batches of customers that are computed together."""
    sizes = [min(_CUSTOMERS, trials - begun) for begun in range(0, trials, _CUSTOMERS)]
    return sum((_batch(size, np.random.default_rng((seed, number))) for number, size in enumerate(sizes)), start=Found())


def _batch(customers: int, random: np.random.Generator) -> Found:
    delivered = {load.source: random_rows(SOURCES[load.source], random, customers=customers) for load in CATALOGUE.compiled.loads}
    before = {name: stored(SOURCES[name], rows) for name, rows in delivered.items()}
    after = {name: stored(SOURCES[name], *planted(SOURCES[name], rows, random)) for name, rows in delivered.items()}
    expected, found = _features(before), _features(after)
    changed = expected.view(np.uint32) != found.view(np.uint32)
    counted = expected[:-1].size, int(changed[:-1].sum()), int(changed[-1].sum())
    ids = _history(after).ids
    chosen = random.integers(0, len(ids), _ALONE)
    differing = sum(_alone(after, ids[place].as_py()).tobytes() != found[:, place].tobytes() for place in chosen)
    return Found(customers, *counted, _ALONE, differing)


def random_rows(source: Source, random: np.random.Generator, *, customers: int) -> pa.Table:
    """Return delivered rows of many customers: several versions of some ids, never two with one `known_at`."""
    size = customers * _ROWS
    owners = random.integers(0, customers, size)
    times = AS_OF + _lattice(random, size, from_days=-_PAST_DAYS, to_days=_FUTURE_DAYS)
    lags = random.choice([-HOUR, 0, 0, 0, HOUR, 12 * HOUR, 45 * DAY], size)
    rows = _table(source, random, owners=owners, times=times, known_at=times + lags)
    versions = pa.table({name: rows[name] for name in dict.fromkeys(("customer_id", source.key, "known_at"))})
    firsts = versions.append_column("row", pa.array(np.arange(size))).group_by(versions.column_names).aggregate([("row", "min")])
    return rows.take(firsts["row_min"])


def planted(source: Source, rows: pa.Table, random: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """Return the rows with all altered that is not known before `AS_OF`, and as many more rows that are not either."""
    size = rows.num_rows
    owners = np.array([int(customer[1:]) for customer in rows["customer_id"].to_pylist()])
    times = AS_OF + _lattice(random, size, from_days=-_PAST_DAYS, to_days=_FUTURE_DAYS)
    known_at = AS_OF + _lattice(random, size, from_days=0, to_days=_FUTURE_DAYS)
    more = _table(source, random, owners=owners, times=times, known_at=known_at)
    if source.key == "customer_id":
        return _unknown_altered(source, rows, random), more
    # a row with a key of its own may even claim to be known before it happens
    is_new = random.random(size) < 0.5
    keys = np.where(is_new, np.char.add("new-", np.arange(size).astype(str)), more[source.key].to_pylist())
    claims = np.where(is_new & (times >= AS_OF), times - 20 * DAY, known_at)
    more = _with(_with(more, source.key, pa.array(keys, pa.string())), "known_at", _moments(claims))
    return _unknown_altered(source, rows, random), more


def stored(source: Source, *deliveries: pa.Table) -> pa.Table:
    """Return the rows as the log would hold them after these deliveries."""
    standing = delivered_schema(source).empty_table()
    for delivery in deliveries:
        standing = merge_versions(source, standing, arriving=delivery, observed_until=None).rows
    return standing


def _unknown_altered(source: Source, rows: pa.Table, random: np.random.Generator) -> pa.Table:
    """Give other values to what no moment up to `AS_OF` knows: masked columns, and time columns that still lie ahead."""
    altered = rows
    for column in source.columns:
        mask = column.name if column.kind is Kind.TIME else column.known_with
        if mask in (None, source.time):
            continue
        unknown = pc.fill_null(pc.greater_equal(rows[mask], _moments([AS_OF])[0]), True)
        ahead = AS_OF + _lattice(random, rows.num_rows, from_days=0, to_days=_FUTURE_DAYS)
        other = _values(column, random, ahead)
        altered = _with(altered, column.name, pc.if_else(unknown, other, rows[column.name].combine_chunks()))
    return altered


def _table(source: Source, random: np.random.Generator, *, owners: IntArray, times: IntArray, known_at: IntArray) -> pa.Table:
    size = len(owners)
    given = {
        "customer_id": pa.array([f"c{owner:04}" for owner in owners]),
        source.time: _moments(times),
        "known_at": _moments(known_at),
    }
    if source.key not in given:
        given[source.key] = pa.array([f"k{key}" for key in random.integers(0, _ROWS, size)])
    later = times + _lattice(random, size, from_days=0, to_days=_FUTURE_DAYS)
    for column in source.columns:
        if column.name not in given:
            given[column.name] = _values(column, random, later)
    return pa.table({field.name: given[field.name].cast(field.type) for field in delivered_schema(source)})


def _values(column: Column, random: np.random.Generator, times: IntArray) -> pa.Array:
    """Return random values of a column, some of them NULL; a time column takes the times given."""
    size = len(times)
    missing = np.zeros(size, np.bool_) if column.required else random.random(size) < _MISSING
    if column.kind is Kind.TIME:
        return _moments(times, missing)
    if column.kind is Kind.TEXTS:
        lists = [_LISTS[place] for place in random.integers(0, len(_LISTS), size)]
        return pa.array(lists, pa.list_(pa.string()), mask=missing)
    return pa.array(random.choice(np.array(_choices(column)), size), mask=missing)


def _choices(column: Column) -> Sequence[float | bool | str]:
    """Return values that the contract of a column allows."""
    if column.kind is Kind.NUMBER:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        return [number for number in _NUMBERS if low <= number <= high]
    return (True, False) if column.kind is Kind.FLAG else column.choices or _WORDS.get(column.name, _TEXTS)


def _lattice(random: np.random.Generator, size: int, *, from_days: int, to_days: int) -> IntArray:
    """Return half days in a range, so that ties and edges of windows are common, some of them a microsecond off."""
    halves = random.integers(2 * from_days, 2 * to_days + 1, size)
    nudges = random.choice([-1, 0, 0, 0, 0, 0, 1], size) * (halves > 2 * from_days)
    return np.asarray(halves * 12 * HOUR + nudges, np.int64)


def _moments(moments: Sequence[Timestamp] | IntArray, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(np.asarray(moments, np.int64), pa.int64(), mask=missing).cast(TIME)


def _with(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, values)


def _history(tables: Mapping[str, pa.Table]) -> History:
    return read_history(CATALOGUE.compiled, tables)


def _features(tables: Mapping[str, pa.Table]) -> NDArray[np.float32]:
    return np.ascontiguousarray(compute(CATALOGUE.compiled, _history(tables), (*AS_OFS, _LATER)).rows)


def _alone(tables: Mapping[str, pa.Table], customer_id: str) -> NDArray[np.float32]:
    own = {name: rows.filter(pc.equal(rows["customer_id"], customer_id)) for name, rows in tables.items()}
    return compute_customer(CATALOGUE, own, (*AS_OFS, _LATER))


def main() -> None:
    """Run the campaign and report."""
    options = arguments(__doc__ or "").parse_args()
    found = campaign(round(TRIALS * options.share))
    data = f"{found.trials} random histories, {found.cells} cells; {found.noticed} changed at a later moment"
    leaks = Result("R6", "leakage: changed cells", f"{found.changed}", "0", found.changed == 0 < found.noticed, data)
    data = f"{found.alone} of them, {len(AS_OFS) + 1} moments each"
    same = Result("R6", "batch = single: differing customers", f"{found.differing}", "0", found.differing == 0, data)
    report([leaks, same], options.json)


if __name__ == "__main__":
    main()
