"""P3: what does Spark cost over the stored log, beyond its start, beside the local runner; are the features the same to the bit.

Both compute the benchmark's features at twelve moments from a smaller and a larger log, each time in a process of its own. All of
its tree counts: the JVM and Python's workers are sampled while they live, since nobody waits for them. What both logs cost alike
is the start; what the larger one costs beyond that is marginal.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import psutil

from benchmarks.features.chosen import MOMENTS, NAMES
from benchmarks.features.data import Data
from benchmarks.features.measured import ChildFailed, Cost, interleaved
from benchmarks.goals import Result, arguments, report
from features.catalogue import CATALOGUE
from features.engine import batch
from features.home import Home

ENGINES = ("local", "spark")
SIZES = (0.1, 1.0)
_MOST = 4.0
_PAUSE_SECONDS = 0.05
_GB = 1e9


def measure(data: Data, rounds: int) -> list[Result]:
    """Measure both runners on both logs; return a line for the digests of each log, and one for the marginal cost."""
    runs = [(engine, times) for times in SIZES for engine in ENGINES]
    costs = interleaved({_name(*run): partial(_cost_of, data, *run) for run in runs}, rounds=rounds)
    seconds = {engine: [costs[_name(engine, times)].cpu_seconds for times in SIZES] for engine in ENGINES}
    return [*(_same(data, times) for times in SIZES), _marginal(data, seconds)]


def _same(data: Data, times: float) -> Result:
    local, spark = (_written(data, engine, times) for engine in ENGINES)
    told = f"simulated rows, {times * data.scale * 10:g} M uses; 12 snapshots, {len(NAMES)} features, local[2]"
    return Result(
        "P3", "Spark's digests are the local runner's", f"{len(local & spark)} of {len(local)}", "all", local == spark, told
    )


def _marginal(data: Data, seconds: Mapping[str, list[float]]) -> Result:
    (start, marginal), (spark_start, spark_marginal) = (_line(*seconds[engine]) for engine in ENGINES)
    ratio = spark_marginal / marginal
    figure = f"{ratio:.1f}x ({spark_marginal:.1f} against {marginal:.1f} CPU-s; a start {spark_start:.1f} against {start:.1f})"
    told = f"simulated rows, {data.scale * 10:g} M uses against {SIZES[0] * data.scale * 10:g} M"
    return Result("P3", "marginal CPU of Spark over local", figure, f"at most {_MOST:g}x", ratio <= _MOST, told)


def _line(smaller: float, larger: float) -> tuple[float, float]:
    """Return what no rows at all would cost, and what those of the larger log cost beyond that."""
    marginal = (larger - smaller) / (SIZES[1] - SIZES[0]) * SIZES[1]
    return larger - marginal, marginal


def _cost_of(data: Data, engine: str, times: float) -> Cost:
    """Run one engine over a log in a process of its own; return the cost of that process and all below it."""
    home = data.new_out(_name(engine, times), log_of=data.place("log", times))
    started = time.perf_counter()
    child = psutil.Popen([sys.executable, "-W", "ignore", "-m", __spec__.name, "--run", engine, "--home", str(home)])
    seconds: dict[psutil.Process, float] = {}
    peak = 0
    while child.poll() is None:
        together = 0
        with suppress(psutil.NoSuchProcess):
            for process in (child, *child.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    used = process.cpu_times()
                    seconds[process] = used.user + used.system
                    together += process.memory_info().rss
        peak = max(peak, together)
        time.sleep(_PAUSE_SECONDS)
    if child.returncode:
        raise ChildFailed(f"{engine} over {home} ended with {child.returncode}")
    return Cost(sum(seconds.values()), time.perf_counter() - started, peak / _GB)


def _written(data: Data, engine: str, times: float) -> set[str]:
    """Return the names of the snapshots an engine wrote: moments and digests."""
    return {path.name for path in (data.folder / "out" / _name(engine, times) / "snapshots").iterdir()}


def _name(engine: str, times: float) -> str:
    return f"{engine}-{times:g}"


def _run(engine: str, home: Home) -> None:
    catalogue, as_ofs = CATALOGUE.only(NAMES), MOMENTS[-12:]
    if engine == "local":
        batch.compute_snapshots(home, catalogue, as_ofs)
        return
    from features.spark.session import spark_session
    from features.spark.stored import compute_snapshots

    with spark_session("local[2]") as session:
        compute_snapshots(home, catalogue, as_ofs, session=session)


def main() -> None:
    """Make the logs, measure, and print a line a goal."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--scale", type=float, help="1 is ten million uses of 100,000 customers (default: the share)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs; medians are told (default 3)")
    parser.add_argument("--data", type=Path, help="folder in which to keep the rows for the next run")
    parser.add_argument("--run", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        _run(given.run, Home(given.home))
        return
    with ExitStack() as stack:
        folder = given.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = Data(folder, given.scale or given.share)
        data.prepare([("log", times) for times in SIZES])
        results = measure(data, given.rounds)
    report(results, given.json)


if __name__ == "__main__":
    main()
