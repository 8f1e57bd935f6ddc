"""What does one of anything cost: the figures of docs/scale.md that no other benchmark gives.

A request limited, an entry of the audit sealed and checked, its bytes, a row backed up and restored, a customer's bytes on disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.goals import Result, arguments, report
from features.home import Home
from models.bundle import PredictionsOrigin, write_predictions
from serving.database import database_url, open_database, writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain.chaining import chain_all
from serving.database.chain.checking import check_audit
from serving.database.keys import Caller
from serving.door.limits import RateLimits
from serving.safekeeping.backup import back_up
from serving.safekeeping.restore import restore

ENTRIES, CUSTOMERS, COLUMNS = 200_000, 100_000, 80
_AT = 1_767_225_600_000_000


def main() -> None:
    """Measure each and print it."""
    asked = arguments(__doc__ or "").parse_args()
    entries, customers = max(2_000, int(ENTRIES * asked.share)), max(1_000, int(CUSTOMERS * asked.share))
    with tempfile.TemporaryDirectory() as folder:
        report([*_limits(Path(folder)), *_audit(Path(folder), entries, customers)], asked.json)


def _limits(folder: Path) -> list[Result]:
    results = []
    for name, shared in (("one process", ""), ("shared by processes", str(folder))):
        limits = RateLimits(shared, 10)
        caller = Caller("0" * 12, "benchmark", frozenset({"read"}), "s", None, 1_000_000_000)
        limits.admit(caller)
        seconds = _took(lambda held=limits, who=caller: [held.admit(who) for _ in range(100_000)])
        cost = seconds / 100_000 * 1e6
        results.append(
            Result("U1", f"a request limited, {name}", f"{cost:.1f} us CPU", "under 20 us", cost < 20, "100,000 requests")
        )
    return results


def _audit(folder: Path, entries: int, customers: int) -> list[Result]:
    home = Home(folder / "home")
    engine = open_database(database_url(home))
    for first in range(0, entries, 2_000):
        with writing(engine) as connection:
            record_in(connection, [_entry(number) for number in range(first, first + 2_000)])
    chained = _took(lambda: chain_all(home, engine)) / entries * 1e6
    checked = _took(lambda: check_audit(home, engine)) / entries * 1e6
    size = home.database.stat().st_size / entries
    data = f"{entries:,} entries, SQLite"
    files = _predictions(home, customers)
    copied = _took(lambda: back_up(home, engine, to=folder / "copy", now=_AT))
    engine.dispose()
    restored = _took(lambda: restore(folder / "copy", Home(folder / "other")))
    both = f"{data}; predictions of {customers:,} customers x {COLUMNS} columns"
    return [
        Result("U2", "an audit entry sealed", f"{chained:.0f} us CPU", "under 200 us", chained < 200, data),
        Result("U3", "an audit entry checked", f"{checked:.0f} us CPU", "under 200 us", checked < 200, data),
        Result("U4", "an audit entry on disk", f"{size:.0f} bytes with its indexes", "under 1 kB", size < 1_000, data),
        Result("U5", "a customer's predictions on disk", f"{files:.0f} bytes", "under 1 kB", files < 1_000, both),
        Result("U6", "a backup", f"{copied:.1f} CPU-s", "under 60 CPU-s", copied < 60, both),
        Result("U7", "its restore, counted", f"{restored:.1f} CPU-s", "under 120 CPU-s", restored < 120, both),
    ]


def _entry(number: int) -> AuditEntry:
    return AuditEntry(
        _AT + number, f"{number:024x}", "0" * 12, "read", "/v1/customers/{customer_id}", f"{number % 5000:064x}", 200
    )


def _predictions(home: Home, customers: int) -> float:
    ids = pa.array([f"c{number:09d}" for number in range(customers)])
    columns = {f"column_{place}": np.full(customers, float(place)) for place in range(COLUMNS)}
    origin = PredictionsOrigin("0" * 64, _AT, "0" * 64, "0" * 64, "0" * 64)
    name = write_predictions(home, origin=origin, ids=ids, columns=columns)
    return sum(path.stat().st_size for path in (home.predictions / name).iterdir()) / customers


def _took(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
