"""P2: how long does the whole catalogue take for one customer: from arrays, from SQLite, from the stored log and its inbox."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.features.data import Data
from benchmarks.goals import Result

NEEDED = (("log", 1.0), ("parquet", 1.0))
_GOALS = {
    "arrays": ("P2a", "arrays in memory", 0.2),
    "sqlite": ("P2b", "rows in an SQLite table keyed by customer", 1.0),
    "log": ("P2c", "stored log and inbox", 20.0),
    "duckdb": ("P2-", "DuckDB over its tables, 44 features", None),
}


def measure(data: Data, rounds: int) -> list[Result]:  # noqa: ARG001  one warm process, several hundred customers
    """Time it in a process of its own, and return a line a way."""
    out = data.new_out("one-customer")
    command = [sys.executable, "-m", "benchmarks.features.one_customer.timed", data.place("log"), data.place("parquet"), out]
    found = json.loads(subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout)
    told = f"{found['customers']} customers, {found['features']} features, simulated rows, scale {data.scale:g}, warm process"
    results = []
    for way, (goal_id, name, most) in _GOALS.items():
        middle, late, cpu = (found[way][what] for what in ("p50", "p95", "cpu"))
        figure = f"p50 {middle:.3f} ms, p95 {late:.3f} ms, CPU p50 {cpu:.3f} ms"
        goal = f"p50 at most {most:g} ms" if most else "told"
        results.append(Result(goal_id, f"one customer from {name}", figure, goal, not most or middle <= most, told))
    return results


__all__ = ["NEEDED", "measure"]
