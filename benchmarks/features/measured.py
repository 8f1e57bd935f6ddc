"""What does a piece of work cost as a process of its own: CPU, wall and peak memory, medians of interleaved runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import median

_KIB_IN_GB = 1024 / 1e9


@dataclass(frozen=True)
class Cost:
    """What one process cost: user and system time with imports, wall time, and the most memory it held."""

    cpu_seconds: float
    wall_seconds: float
    peak_gb: float

    def __str__(self) -> str:
        return f"{self.cpu_seconds:.1f} CPU-s, {self.wall_seconds:.1f} s wall, {self.peak_gb:.2f} GB"


class ChildFailed(Exception):
    """A process that was to be measured ended with an error; its own message stands above."""


def cost_of(module: str, arguments: Sequence[object]) -> Cost:
    """Run a module in a fresh interpreter and return its cost.

    The peak is what the kernel counted for that process. It would begin at this process's own size, which is why nothing
    large is imported here.
    """
    started = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise ChildFailed(f"python -m {module} {' '.join(map(str, arguments))} ended with {child.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss * _KIB_IN_GB)


def interleaved(contenders: Mapping[str, Callable[[], Cost]], *, rounds: int) -> dict[str, Cost]:
    """Run all contenders, one after another, so many times; return each one's medians. What is measured is told as it comes."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, run in contenders.items():
            costs[name].append(run())
            print(f"  round {number + 1} of {rounds}: {name}: {costs[name][-1]}", file=sys.stderr, flush=True)
    return {name: Cost(*(median(values) for values in zip(*map(astuple, found), strict=True))) for name, found in costs.items()}
