"""How long does one customer take, each way, in a warm process: prints wall and CPU time in milliseconds as JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Container, Mapping
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.features.chosen import END, PEERS_READ
from benchmarks.features.company import draw_further_days
from benchmarks.features.one_customer.sqlite_rows import SqliteRows
from benchmarks.features.peers.with_duckdb import STATEMENT
from features.catalogue import Catalogue
from features.company import default_company_text, read_company
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.engine.compute import compute, compute_customer
from features.engine.history import read_history
from features.home import Home
from features.log.store import EventLog
from features.log.versions import as_stored
from features.times import DAY, format_time

CUSTOMERS, _WARM, _STORED, _DUCKDB = 300, 20, 2_000, 60
_AS_OF = END + DAY
_INBOX = {"usage": 3, "tickets": 1}
"""What has come for the customer since the log was last written."""


class Ways:
    """The ways to one customer's features, over one log."""

    def __init__(self, home: Path, out: Path) -> None:
        self.catalogue: Catalogue = read_company(default_company_text("default")).catalogue
        self._log = EventLog.open(Home(home))
        tables = {load.source: _by_customer(self._log.bucket(load.source, 0)) for load in self.catalogue.compiled.loads}
        self.customers = list(tables["customers"])[:_STORED]
        self._histories = {
            one: read_history(self.catalogue.compiled, {source: rows[one] for source, rows in tables.items() if one in rows})
            for one in self.customers
        }
        self._sqlite = SqliteRows(out / "rows.db", self.catalogue.compiled)
        self._sqlite.store(self._histories)
        arrived = next(draw_further_days(0.01, 1))
        self._inbox = {name: arrived[name].slice(0, count) for name, count in _INBOX.items()}

    def arrays(self, customer_id: str) -> NDArray[np.float32]:
        """Compute from the kernel's arrays."""
        return compute(self.catalogue.compiled, self._histories[customer_id], [_AS_OF]).rows[:, 0]

    def sqlite(self, customer_id: str) -> NDArray[np.float32]:
        """Fetch the rows from SQLite, and compute."""
        return compute(self.catalogue.compiled, self._sqlite.history(customer_id), [_AS_OF]).rows[:, 0]

    def log(self, customer_id: str) -> NDArray[np.float32]:
        """Read the stored log, join what waits in the inbox, and compute."""
        tables = self._tables(customer_id, lacking=_INBOX) | {source: self._joined(source, customer_id) for source in _INBOX}
        return compute_customer(self.catalogue, tables, [_AS_OF])

    def stored(self, customer_id: str) -> NDArray[np.float32]:
        """Read the stored log alone, and compute."""
        return compute_customer(self.catalogue, self._tables(customer_id), [_AS_OF])

    def _tables(self, customer_id: str, *, lacking: Container[str] = ()) -> dict[str, pa.Table]:
        return {
            load.source: self._log.customer(load.source, customer_id, load.columns)
            for load in self.catalogue.compiled.loads
            if load.source not in lacking
        }

    def _joined(self, source: str, customer_id: str) -> pa.Table:
        schema, arrived = delivered_schema(SOURCES[source]), self._inbox[source]
        mine = arrived.set_column(0, schema.field(0), pa.array([customer_id] * arrived.num_rows, pa.string()))
        stored = self._log.customer(source, customer_id).select(schema.names)
        return as_stored(SOURCES[source], pa.concat_tables([stored, mine]))


def _by_customer(rows: pa.Table) -> dict[str, pa.Table]:
    """Cut sorted rows where the customer changes."""
    runs = pc.run_end_encode(rows["customer_id"].combine_chunks())
    ends = [0, *runs.run_ends.to_pylist()]
    owners = runs.values.to_pylist()
    return {owner: rows.slice(begin, end - begin) for owner, (begin, end) in zip(owners, pairwise(ends), strict=True)}


def duckdb_way(parquet: Path) -> Callable[[str], object]:
    """Return how DuckDB answers for one customer, from tables sorted by customer."""
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    statement = STATEMENT.replace("$as_of", f"TIMESTAMPTZ '{format_time(_AS_OF)}'")
    for source in PEERS_READ:
        database.execute(f"CREATE TABLE all_{source} AS FROM read_parquet('{parquet / source}.parquet') ORDER BY customer_id")
    ctes = ", ".join(f"{source} AS (FROM all_{source} WHERE customer_id = $one)" for source in PEERS_READ)
    text = f"WITH {ctes}, {statement[statement.index('with ') + 5 :]}"
    return lambda customer_id: database.execute(text, {"one": customer_id}).fetchall()


def timed(way: Callable[[str], object], customers: list[str]) -> dict[str, float]:
    """Return p50 and p95, and p50 of the CPU alone, in milliseconds, over customers, after some to warm up with."""
    for customer_id in customers[:_WARM]:
        way(customer_id)
    wall, cpu = [], []
    for customer_id in customers:
        started, worked = time.perf_counter(), time.process_time()
        way(customer_id)
        cpu.append((time.process_time() - worked) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    return {"p50": float(np.percentile(wall, 50)), "p95": float(np.percentile(wall, 95)), "cpu": float(np.percentile(cpu, 50))}


def main() -> None:
    """Check that the ways agree, time each, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("home", "parquet", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    ways = Ways(given.home, given.out)
    chosen = np.random.default_rng(0).permutation(ways.customers)[:CUSTOMERS].tolist()
    for customer_id in chosen[:_WARM]:
        np.testing.assert_array_equal(ways.sqlite(customer_id), ways.arrays(customer_id))
        np.testing.assert_array_equal(ways.stored(customer_id), ways.arrays(customer_id))
    named: Mapping[str, Callable[[str], object]] = {"arrays": ways.arrays, "sqlite": ways.sqlite, "log": ways.log}
    found = {name: timed(way, chosen) for name, way in named.items()}
    found["duckdb"] = timed(duckdb_way(given.parquet), chosen[:_DUCKDB])
    print(json.dumps({"customers": len(chosen), "features": len(ways.catalogue.names), **found}))


if __name__ == "__main__":
    main()
