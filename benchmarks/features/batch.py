"""P1: what do 44 features of everybody cost, beside the peers, with deltas, and beside the whole catalogue."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from benchmarks.features.chosen import END, FURTHER_DAYS, MOMENTS, NAMES
from benchmarks.features.contender import PEERS
from benchmarks.features.data import Data
from benchmarks.features.measured import Cost, cost_of, interleaved
from benchmarks.goals import Result
from features.times import DAY, Timestamp, format_time, month_starts

YEAR = MOMENTS[-12:]
NEEDED = (("log", 5.0), ("log", 1.0), ("parquet", 1.0), ("days", 1.0), ("folded", 1.0))
_OURS_COUNTS = (1, 3, 12, 24)
_MOST_CPU_SECONDS, _MOST_GB, _MOST_FOR_DELTAS = 5.0, 0.5, 1.3
_TIMES_CHEAPER = {"pandas": 10.0, "duckdb": 8.0}


def installed_peers() -> list[str]:
    """Return the peers that can be run, and say which cannot."""
    there = [peer for peer in PEERS if importlib.util.find_spec(peer)]
    for peer in sorted(set(PEERS) - set(there)):
        print(f"  {peer} is not installed and is left out; `pip install lifecycle[bench]` brings it", file=sys.stderr)
    return there


def run_ours(data: Data, log: str, *, moments: tuple[Timestamp, ...] = YEAR, who: str = "ours", times: float = 1) -> Cost:
    """Compute our features over a log of the data, and return what that cost."""
    out = data.new_out(f"{who}-{log}-{times:g}-{len(moments)}", log_of=data.place(log, times))
    return cost_of("benchmarks.features.contender", [who, "--out", out, "--moments", *map(format_time, moments)])


def run_peer(data: Data, peer: str) -> Cost:
    """Compute a peer's features at twelve moments, and return what that cost."""
    arguments = [peer, "--out", data.new_out(peer), "--parquet", data.place("parquet"), "--moments", *map(format_time, YEAR)]
    return cost_of("benchmarks.features.contender", arguments)


def measure(data: Data, rounds: int) -> list[Result]:
    """Measure everything, and return a line a goal."""
    peers = installed_peers()
    with_days = tuple(month_starts(YEAR[1], END + 31 * DAY))
    contenders: Mapping[str, Callable[[], Cost]] = {
        **{f"ours x {count}": partial(run_ours, data, "log", moments=MOMENTS[-count:]) for count in _OURS_COUNTS},
        "whole x 12": partial(run_ours, data, "log", who="whole"),
        "ours x 12, 5 times the data": partial(run_ours, data, "log", times=5),
        "with deltas": partial(run_ours, data, "days", moments=with_days),
        "compacted": partial(run_ours, data, "folded", moments=with_days),
        **{peer: partial(run_peer, data, peer) for peer in peers},
    }
    run_ours(data, "log", moments=YEAR[-1:])  # compiles the kernel where its cache is empty
    costs = interleaved(contenders, rounds=rounds)
    return [*_absolute(data, costs), *_relative(data, costs, peers), *_equal(data, peers)]


def _absolute(data: Data, costs: Mapping[str, Cost]) -> Iterator[Result]:
    year, big, told = costs["ours x 12"], costs["ours x 12, 5 times the data"], _told(data)
    goal = f"at most {_MOST_CPU_SECONDS:g} CPU-s"
    yield Result("P1a", "44 features, 12 snapshots", str(year), goal, year.cpu_seconds <= _MOST_CPU_SECONDS, told)
    peaks = f"{year.peak_gb:.2f} GB, of 5 times the data {big.peak_gb:.2f} GB ({big})"
    holds = max(year.peak_gb, big.peak_gb) <= _MOST_GB
    yield Result("P1b", "peak memory at any log size", peaks, f"at most {_MOST_GB:g} GB", holds, told)
    for count in _OURS_COUNTS:
        yield Result("P1-", f"44 features, {count} snapshots", str(costs[f"ours x {count}"]), "told", True, told)
    yield Result("P1-", "the whole catalogue, 12 snapshots", str(costs["whole x 12"]), "told", True, told)


def _relative(data: Data, costs: Mapping[str, Cost], peers: list[str]) -> Iterator[Result]:
    ours = costs["ours x 12"].cpu_seconds
    for peer in peers:
        ratio, least = costs[peer].cpu_seconds / ours, _TIMES_CHEAPER.get(peer)
        figure, goal = f"{ratio:.1f}x ({costs[peer]})", f"at least {least:g}x" if least else "told"
        yield Result("P1c", f"CPU of {peer} over ours, same run", figure, goal, not least or ratio >= least, _told(data))
    ratio = costs["with deltas"].cpu_seconds / costs["compacted"].cpu_seconds
    figure = f"{ratio:.2f}x ({costs['with deltas']} against {costs['compacted']}; {_deltas(data)} delta files left by then)"
    goal = f"at most {_MOST_FOR_DELTAS:g}x"
    yield Result("P1d", f"{FURTHER_DAYS} deliveries in deltas over none", figure, goal, ratio <= _MOST_FOR_DELTAS, _told(data))


def _deltas(data: Data) -> int:
    """Return how many delta files the log made of the deliveries."""
    from features.home import Home
    from features.log.store import EventLog  # only now: what is imported here, every measured process would begin with

    return sum(file.is_delta for file in EventLog.open(Home(data.place("days"))).manifest.log_files)


def _equal(data: Data, peers: list[str]) -> Iterator[Result]:
    """Compare what the last round left of each peer with ours."""
    ours = data.folder / "out" / "ours-log-1-12"
    for peer in peers:
        command = [sys.executable, "-m", "benchmarks.features.equal", str(ours), str(data.folder / "out" / peer)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        figure = f"{found['cells']:,} cells, differing: {found['differing'] or 0}"
        yield Result("P1e", f"{peer} equals ours", figure, "0 differ to float32", not found["differing"], _told(data))


def _told(data: Data) -> str:
    return f"simulated rows, scale {data.scale:g}: {data.scale * 10:g} M uses, {len(NAMES)} features"
