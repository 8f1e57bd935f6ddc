"""R5: five times what it can do is asked of the service: what it still does, how fast it refuses, how soon it is itself again.

Decisions over 20 offers are asked of `lifecycle serve --workers 2`, each for another customer, stored before it is answered. What
it can do is measured first, by callers who wait for their answers. Then requests arrive at fixed times at once, twice and five
times that rate, and at half of it afterwards. The process that sends them takes its share of the same processors.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.asking import service
from benchmarks.callers import Plan, asked_by_others
from benchmarks.deciding import decidable_installation, environment_of
from benchmarks.goals import Result, arguments, report
from benchmarks.overload.arrivals import Answered, Arrivals, Phase, answered_by

CUSTOMERS, CLIENTS = 60_000, 32
TIMES = (1.0, 2.0, 5.0)
AFTERWARDS = 0.5
_SECONDS = 10.0
_GOODPUT_SHARE, _REFUSAL_MS, _RECOVERY_SECONDS, _SLOW_MS = 0.8, 100.0, 5.0, 500.0


@dataclass(frozen=True)
class Wave:
    """What became of the requests of one phase."""

    phase: Phase
    answered: Sequence[Answered]
    begun: float

    def took_ms(self, percentile: float, *, refused: bool) -> float:
        """Return a percentile of the milliseconds of those that were refused, or answered; 0 where none was."""
        took = [one.took_ms for one in self.answered if (one.status == 503) == refused and one.status]
        return float(np.percentile(took, percentile)) if took else 0.0

    def count(self, status: int) -> int:
        """Return how many were answered so."""
        return sum(one.status == status for one in self.answered)

    @property
    def goodput(self) -> float:
        """Return how many were done a second, by the moment they were answered."""
        done = sum(one.status == 200 and one.done <= self.begun + self.phase.seconds for one in self.answered)
        return done / self.phase.seconds

    @property
    def other_statuses(self) -> set[int]:
        """Return what was answered beside done and refused; 0 for no answer."""
        return {one.status for one in self.answered} - {200, 503}

    @property
    def recovery_seconds(self) -> float:
        """Return how long it took until nothing was refused or slow."""
        bad = [one.done - self.begun for one in self.answered if one.status != 200 or one.took_ms > _SLOW_MS]
        return max(bad, default=0.0)

    @property
    def text(self) -> str:
        """Return it in words."""
        refused = [self.took_ms(each, refused=True) for each in (50, 99)]
        late = 1000 * float(np.percentile([one.sent - one.due for one in self.answered], 50))
        return (
            f"{self.phase.per_second:.0f}/s for {self.phase.seconds:.0f} s: {self.goodput:.0f}/s done, "
            f"p50 {self.took_ms(50, refused=False):.0f} ms, p99 {self.took_ms(99, refused=False):.0f} ms; "
            f"{self.count(503)} refused, p50 and p99 {refused[0]:.1f} and {refused[1]:.1f} ms; "
            f"sent {late:.1f} ms late"
        )


def main() -> None:
    """Measure and report."""
    options = arguments(__doc__ or "").parse_args()
    capacity, waves = measured(seconds=max(2.0, _SECONDS * options.share))
    print(f"what {CLIENTS} waiting callers get done: {capacity:.0f}/s")
    for wave in waves:
        print(wave.text)
    report(results(capacity, waves), options.json)


def measured(*, seconds: float) -> tuple[float, list[Wave]]:
    """Return what can be done a second, and the waves."""
    with tempfile.TemporaryDirectory() as folder:
        home, secret = decidable_installation(Path(folder), customers=CUSTOMERS, requests_per_minute=9_000_000)
        with service(environment_of(home)) as port:
            paths = [f"/v1/customers/c{CUSTOMERS - number}/decisions" for number in range(1, 3_001)]
            asked_by_others(Plan(port, paths[:500], CLIENTS, secret, '{"agent_id":"agent-1"}'))  # warms up
            seen = asked_by_others(Plan(port, paths[500:], CLIENTS, secret, '{"agent_id":"agent-1"}'))
            capacity = seen.per_second
            phases = [Phase(capacity * times, seconds) for times in (*TIMES, AFTERWARDS)]
            plan = Arrivals(port, secret, CUSTOMERS - len(paths), phases)
            return capacity, waves_of(plan, answered_by(plan))


def waves_of(plan: Arrivals, answered: Sequence[Answered]) -> list[Wave]:
    """Return what became of each phase, in order."""
    ends = np.cumsum([phase.seconds for phase in plan.phases])
    places = np.searchsorted(ends, [one.due for one in answered], side="right")
    return [
        Wave(phase, [one for one, place in zip(answered, places, strict=True) if place == number], end - phase.seconds)
        for number, (phase, end) in enumerate(zip(plan.phases, ends.tolist(), strict=True))
    ]


def results(capacity: float, waves: Sequence[Wave]) -> list[Result]:
    """Return the lines of the goal."""
    flood, after = waves[-2], waves[-1]
    peak = max(capacity, *(wave.goodput for wave in waves[:-1]))
    share, refusal, recovery = flood.goodput / peak, flood.took_ms(99, refused=True), after.recovery_seconds
    others = set[int]().union(*(wave.other_statuses for wave in waves))
    data = f"{flood.phase.seconds:.0f} s each, 2 workers, the sender on the same {os.cpu_count()} processors"
    return [
        Result(
            "R5",
            f"done under {TIMES[-1]:g} times the load",
            f"{100 * share:.0f} % of the peak ({flood.goodput:.0f} of {peak:.0f}/s), other answers {sorted(others)}",
            f">= {100 * _GOODPUT_SHARE:.0f} %",
            share >= _GOODPUT_SHARE and not others,
            data,
        ),
        Result("R5", "refusals, p99", f"{refusal:.0f} ms", f"< {_REFUSAL_MS:.0f} ms", refusal < _REFUSAL_MS, data),
        Result(
            "R5",
            "nothing refused or slow after the flood",
            f"from {recovery:.1f} s on",
            f"< {_RECOVERY_SECONDS:g} s",
            recovery < _RECOVERY_SECONDS,
            data,
        ),
    ]


if __name__ == "__main__":
    main()
