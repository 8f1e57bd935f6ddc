"""P11: does the cost of features grow like the data: 1, 5 and 25 times the rows, beyond a process that has hardly any."""

from __future__ import annotations

from functools import partial

from benchmarks.features.batch import run_ours
from benchmarks.features.data import Data
from benchmarks.features.measured import interleaved
from benchmarks.goals import Result

SIZES = (0.2, 1.0, 5.0)
_HARDLY_ANY = 0.0002
NEEDED = tuple(("log", times) for times in (*SIZES, _HARDLY_ANY))
_MOST = 1.2


def measure(data: Data, rounds: int) -> list[Result]:
    """Measure the sizes, and return a line for each step up."""
    start = "hardly any rows"
    contenders = {f"{times:g} times the data": partial(run_ours, data, "log", times=times) for times in SIZES}
    costs = interleaved({start: partial(run_ours, data, "log", times=_HARDLY_ANY), **contenders}, rounds=rounds)
    fixed = costs[start].cpu_seconds
    beyond = [costs[name].cpu_seconds - fixed for name in contenders]
    told = f"simulated rows, 12 snapshots, {SIZES[0] * data.scale * 10:g} M uses and more; a start costs {fixed:.1f} CPU-s"
    results = []
    for times, cost in zip(SIZES[1:], beyond[1:], strict=True):
        growth = times / SIZES[0]
        ratio = cost / beyond[0] / growth
        figure = f"{ratio:.2f}x of proportional ({cost:.2f} against {beyond[0]:.2f} CPU-s)"
        results.append(Result("P11", f"{growth:g} times the rows", figure, f"at most {_MOST:g}x", ratio <= _MOST, told))
    return results
