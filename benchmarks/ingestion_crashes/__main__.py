"""Processes of the service killed at random moments while callers tell of events (R4), and requests in flight at its end.

A service of two web processes and one of background work is told of events without a pause by four callers, who tell again until
they are answered. Again and again one of its processes, drawn at random, is killed with SIGKILL at a random moment; one time in
ten all of them are, the parent included, and the service is started anew. At the end the service is told to end with fifty
requests in flight, what waits is moved into the log, and the log is compared with what was acknowledged.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.goals import Result, arguments, report
from benchmarks.ingestion_crashes.installed import Installation, Running, seconds_until
from benchmarks.ingestion_crashes.kept import Verdict, verdict
from benchmarks.ingestion_crashes.shutdown import IN_FLIGHT, Shutdown, shut_down
from benchmarks.ingestion_crashes.tellers import Teller, telling
from serving.background.into_log.inbox import empty_inbox
from serving.background.into_log.way import Way
from serving.database import database_url, open_database
from serving.service import moment_now

KILLS = 200
READY_SECONDS = 5.0
_TELLERS = 4
_EVERYBODY = 10  # one kill in so many
_LONGEST_SECONDS = 1.5


@dataclass
class Healed:
    """Seconds from a kill until the service was ready again, after the death of one process and of all."""

    one: list[float] = field(default_factory=list)
    everybody: list[float] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Return how many there were."""
        return len(self.one) + len(self.everybody)


def main() -> None:
    """Run the campaign."""
    options = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation.made(Path(folder))
        running = Running(installation)
        seconds_until(lambda: running.is_whole)
        with telling(installation, running, tellers=_TELLERS) as tellers:
            healed = _kill(running, kills=max(1, round(KILLS * options.share)))
        ended = shut_down(installation, running)
        found = _verdict(installation, tellers, ended)
    report([_kept_result(found, healed, tellers), _ready_result(healed), _ended_result(ended)], options.json)


def _kill(running: Running, *, kills: int, seed: int = 0) -> Healed:
    random, healed = np.random.default_rng(seed), Healed()
    for number in range(1, kills + 1):
        time.sleep(random.uniform(0, _LONGEST_SECONDS))
        if number % _EVERYBODY:
            running.kill_one(int(random.integers(99)))
            healed.one.append(seconds_until(running.is_ready))
        else:
            began = time.perf_counter()
            running.kill_all()
            seconds_until(running.is_ready)
            healed.everybody.append(time.perf_counter() - began)
        seconds_until(lambda: running.is_whole)
    return healed


def _verdict(installation: Installation, tellers: Sequence[Teller], ended: Shutdown) -> Verdict:
    engine = open_database(database_url(installation.home))
    try:
        empty_inbox(Way(installation.home, engine), now=moment_now())
    finally:
        engine.dispose()
    acknowledged = [told for teller in tellers for told in teller.acknowledged]
    open_ends = [told for teller in tellers for told in teller.open_ends]
    return verdict(installation.home, [*acknowledged, *ended.acknowledged], open_ends=open_ends)


def _kept_result(found: Verdict, healed: Healed, tellers: Sequence[Teller]) -> Result:
    repeats, refused = sum(teller.repeats for teller in tellers), set[int]().union(*(teller.refused for teller in tellers))
    return Result(
        "R4",
        "ingestion killed at random moments",
        f"{healed.kills} killed; {found.text}",
        "0 acknowledged rows lost, 0 duplicates",
        found.is_clean and found.acknowledged > 0,
        f"{_TELLERS} callers, {repeats} told again, refused with {sorted(refused)}; all killed {len(healed.everybody)} times",
    )


def _ready_result(healed: Healed) -> Result:
    slowest = max(*healed.one, *healed.everybody)
    each = ", ".join(
        f"{name} {median(seconds):.2f} s (slowest {max(seconds):.2f} s)"
        for name, seconds in (("one killed", healed.one), ("all killed", healed.everybody))
        if seconds
    )
    data = f"{healed.kills} kills; load {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors"
    goal = f"ready again within {READY_SECONDS:g} s"
    return Result("R4", "ready after a kill", f"median {each}", goal, slowest <= READY_SECONDS, data)


def _ended_result(ended: Shutdown) -> Result:
    figure = f"{ended.dropped} dropped of {IN_FLIGHT}, {len(ended.acknowledged)} acknowledged, exit code {ended.exit_code}"
    holds = ended.dropped == 0 and ended.exit_code == 0
    return Result(
        "R4", "requests in flight at the end", figure, "0 dropped", holds, "half of each sent before SIGTERM, half after"
    )


if __name__ == "__main__":
    main()
