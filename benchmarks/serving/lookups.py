"""P4: one customer looked up, authenticated, limited, audited and logged, beside a bare FastAPI route that returns a small dict.

Both under the same web server, one process each; asked in turns, by `wrk` where it is installed, over 20,000 random customers.
The figure is the median of the rounds' ratios; what a request costs in processor time is told beside it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callers import Plan, asked_by_others
from benchmarks.deciding_states import decidable
from benchmarks.goals import Result
from benchmarks.live_states import Publisher
from benchmarks.serving.services import Running, bare, key_of, ours
from features.home import Home

CUSTOMERS = 20_000
GOAL = 0.9
_CALLERS, _SECONDS, _REQUESTS = 8, 3, 4_000
_SCRIPT = """
math.randomseed(%(seed)d)
local paths = {}
for number = 1, %(customers)d do paths[number] = "%(prefix)sc" .. math.random(0, %(customers)d - 1) end
local at = 0
local head = {%(head)s}
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], head)
end
"""


@dataclass(frozen=True)
class Rate:
    """Answers a second, and the server's processor time for each in microseconds."""

    per_second: float
    cpu_us: float


def measured(folder: Path, *, rounds: int) -> Result:
    """Run both services and ask them in turns."""
    folder.mkdir(parents=True)
    home = _published(folder)
    secret = key_of(home)
    with ours(home, workers=1) as service, bare(folder) as plain:
        pairs = [_pair(folder, (service, plain), secret, seed=number) for number in range(rounds + 1)][1:]
    ratio = statistics.median(mine.per_second / beside.per_second for mine, beside in pairs)
    mine, beside = (statistics.median(one.per_second for one in each) for each in zip(*pairs, strict=True))
    cost, cost_beside = (statistics.median(one.cpu_us for one in each) for each in zip(*pairs, strict=True))
    figure = f"{ratio:.2f}x ({mine:.0f}/s beside {beside:.0f}/s; {cost:.0f} us of processor a request beside {cost_beside:.0f})"
    data = f"{CUSTOMERS:,} customers, {_CALLERS} callers, {rounds} rounds, one process each, SQLite"
    return Result("P4", "one customer beside a bare route", figure, f">= {GOAL}x", ratio >= GOAL, data)


def _published(folder: Path) -> Home:
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    chances = {f"c{number}": 0.2 for number in range(CUSTOMERS)}
    publisher.point_to(publisher.store(chances, as_of=time.time_ns() // 1000, beside=decidable()))
    return publisher.home


def _pair(folder: Path, services: tuple[Running, Running], secret: str, *, seed: int) -> tuple[Rate, Rate]:
    order = [(services[0], "/v1/customers/", secret), (services[1], "/bare/", "")]
    turns = order if seed % 2 else order[::-1]
    rates = [_rate(folder, *turn, seed=seed) for turn in turns]
    mine, beside = rates if seed % 2 else rates[::-1]
    return mine, beside


def _rate(folder: Path, service: Running, prefix: str, secret: str, *, seed: int) -> Rate:
    began = cpu_seconds(service.process)
    answers, seconds = (
        _by_wrk(folder, service, prefix, secret, seed) if shutil.which("wrk") else _by_us(service, prefix, secret, seed)
    )
    return Rate(answers / seconds, (cpu_seconds(service.process) - began) / answers * 1e6)


def _by_wrk(folder: Path, service: Running, prefix: str, secret: str, seed: int) -> tuple[int, float]:
    script = folder / "asked.lua"
    head = f'["Authorization"]="Bearer {secret}"' if secret else ""
    script.write_text(_SCRIPT % {"seed": seed, "customers": CUSTOMERS, "prefix": prefix, "head": head})
    words = ["wrk", "-t1", f"-c{_CALLERS}", f"-d{_SECONDS}s", "-s", str(script), f"http://127.0.0.1:{service.port}"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(f"needed every request answered, found:\n{said}")
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    if found is None:
        raise RuntimeError(f"needed wrk's summary, found:\n{said}")
    return int(found[1]), float(found[2])


def _by_us(service: Running, prefix: str, secret: str, seed: int) -> tuple[int, float]:
    drawn = random.Random(seed)  # noqa: S311 (whom to ask about)
    paths = [f"{prefix}c{drawn.randrange(CUSTOMERS)}" for _ in range(_REQUESTS)]
    seen = asked_by_others(Plan(service.port, paths, _CALLERS, secret))
    if seen.refused:
        raise RuntimeError(f"needed every request answered, found {seen.refused} refused")
    return seen.answers, seen.seconds


def cpu_seconds(process: int) -> float:
    """Return what a process and its children have used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / ticks + sum(cpu_seconds(int(child)) for child in children)
