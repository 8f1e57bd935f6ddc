"""Writers of the event log killed at random moments (R4): do readers see the old log or the new, and does nothing stay behind.

Each trial copies a small log, starts a write in a process of its own, and kills it with SIGKILL after a random share of the time
that it holds the writers' lock when nobody disturbs it. Then everything is read, by a reader that had pinned the old version too;
the write is run again; and a quarter of an hour later, when old files go, whatever lies in the folder must be named by the log. A
writer that was done before the kill is examined too, and does not count as killed: trials go on until enough were.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkProcess
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from benchmarks.goals import Result, arguments, report
from features.contracts.schemas import delivered_schema
from features.contracts.sources import USAGE
from features.home import Home
from features.log.buckets import bucket_of
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.manifest import DEFAULT_BUCKETS
from features.log.store import EventLog, verify_log
from features.log.writer import KEPT_SECONDS, writing
from features.times import DAY, parse_time

KILLS = 50
_START = parse_time("2026-01-01")
_BUCKETS = 4  # a few, so that a trial is short
_CUSTOMERS = [name for name in map("c{:04d}".format, range(400)) if bucket_of(name, DEFAULT_BUCKETS) < _BUCKETS]
_ROWS = 10_000
_TIMINGS = 3
_TRIES_A_KILL = 6
_PATIENCE_SECONDS = 60.0
_GLANCE_SECONDS = 0.0005

Write = Callable[[Home], object]


@dataclass(frozen=True)
class Trials:
    """What the killed writes of one kind left: how often the old log or the new, and what was wrong with them."""

    write: str
    wanted: int
    left: Counter[str]
    killed: int
    unfinished: int
    faults: tuple[str, ...]

    @property
    def result(self) -> Result:
        """Return the goal's line."""
        figure = f"{self.killed} killed; {self.left['old']} old, {self.left['new']} new, {len(self.faults)} faults"
        goal = f"{self.wanted} killed, old or new each time, 0 faults"
        data = f"{_ROWS:,} rows of {len(_CUSTOMERS)} customers; {self.left.total()} trials, {self.unfinished} left files behind"
        holds = not self.faults and self.killed >= self.wanted
        return Result("R4", f"log: {self.write} killed at random moments", figure, goal, holds, data)


def crash_campaign(folder: Path, *, share: float, seed: int = 0) -> list[Trials]:
    """Kill a share of 50 writes of each kind."""
    standing = build_log(folder / "standing")
    random, kills = np.random.default_rng(seed), max(3, round(KILLS * share))
    return [_trials(name, standing, kills=kills, random=random) for name in WRITES]


def build_log(folder: Path) -> Home:
    """Make a log with a base and two deltas."""
    home = Home(folder)
    for rows, first in ((_ROWS, 0), (300, _ROWS), (40, _ROWS + 300)):
        _deliver(home, first=first, rows=rows)
    return home


def _deliver(home: Home, *, first: int, rows: int, known_after: int = DAY) -> None:
    """Append uses number `first` and the following ones; the same use with a later `known_at` is a further version of it."""
    numbers = np.arange(first, first + rows)
    occurred_at = _START + numbers * 1_000_000
    table = pa.table(
        {
            "customer_id": [_CUSTOMERS[number * 7919 % len(_CUSTOMERS)] for number in numbers],
            "known_at": occurred_at + known_after,
            "event_id": [f"e{number:07d}" for number in numbers],
            "occurred_at": occurred_at,
            "feature": [f"feature_{number % 9}" for number in numbers],
            "quantity": (numbers % 50).astype(np.float64),
            "user_id": pa.nulls(rows, pa.string()),
        }
    )
    append(home, {USAGE.name: table.cast(delivered_schema(USAGE))}, receipt=Receipt(_START + 400 * DAY, "given"))


WRITES: Mapping[str, Write] = {
    "append of new rows": partial(_deliver, first=_ROWS + 340, rows=1_000),
    "append of further versions": partial(_deliver, first=500, rows=300, known_after=2 * DAY),
    "compaction": compact,
}


@dataclass(frozen=True)
class _Said:
    """All that a version of the log says, and the files that say it."""

    files: Mapping[str, str]
    rows: pa.Table

    @classmethod
    def by(cls, log: EventLog) -> _Said:
        buckets = [log.bucket(source, bucket) for source in log.manifest.rows for bucket in range(log.manifest.buckets)]
        return cls(log.manifest.files, pa.concat_tables(buckets).combine_chunks())


def _trials(name: str, standing: Home, *, kills: int, random: np.random.Generator) -> Trials:
    write, left, killed, unfinished, faults = WRITES[name], Counter[str](), 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        after = _copy(standing, Path(folder, "after"))
        write(after)
        timed = [_copy(standing, Path(folder, f"undisturbed{time}")) for time in range(_TIMINGS)]
        duration = median(_seconds_locked(write, home) for home in timed)
        ends = {"old": _Said.by(EventLog.open(standing)), "new": _Said.by(EventLog.open(after))}
        while killed < kills and left.total() < kills * _TRIES_A_KILL:
            delay, home = random.uniform(), _copy(standing, Path(folder, "trial"))
            pinned = EventLog.open(home)
            killed += _killed(write, home, seconds=delay * duration)
            kind, found = _examine(home, pinned, ends=ends)
            left[kind] += 1
            unfinished += bool(_unnamed(home) - set(pinned.manifest.files))
            write(home)
            found += _leftovers(home, expected=ends["new"])
            faults += [f"{name}, killed {delay * duration:.3f} s after it took the lock: {fault}" for fault in found]
            shutil.rmtree(home.root)
    return Trials(name, kills, left, killed, unfinished, tuple(faults))


def _copy(home: Home, folder: Path) -> Home:
    shutil.copytree(home.root, folder)
    return Home(folder)


def _seconds_locked(write: Write, home: Home) -> float:
    """Return how long a write holds the lock."""
    writer = _started(write, home)
    began = time.perf_counter()
    writer.join(_PATIENCE_SECONDS)
    return time.perf_counter() - began


def _killed(write: Write, home: Home, *, seconds: float) -> bool:
    """Start the write, kill it so many seconds after it took the lock, and say whether it was still running."""
    writer = _started(write, home)
    writer.join(seconds)
    writer.kill()
    writer.join(_PATIENCE_SECONDS)
    return writer.exitcode != 0


def _started(write: Write, home: Home) -> ForkProcess:
    """Start a write, and return once it holds the lock."""
    writer = multiprocessing.get_context("fork").Process(target=write, args=(home,))
    writer.start()
    while writer.is_alive() and not (home.log / "writer.lock").read_text().startswith(f"process {writer.pid} "):
        time.sleep(_GLANCE_SECONDS)
    return writer


def _examine(home: Home, pinned: EventLog, *, ends: Mapping[str, _Said]) -> tuple[str, list[str]]:
    """Say which log is there, and what is wrong with it."""
    log = EventLog.open(home)
    kind = "old" if log.manifest.version == pinned.manifest.version else "new"
    faults = [f"damaged {path}" for path in verify_log(home)]
    if _Said.by(log) != ends[kind]:
        faults.append(f"what is there is not the {kind} log")
    if _Said.by(pinned) != ends["old"]:
        faults.append("a reader of the old version lost it")
    return kind, faults


def _leftovers(home: Home, *, expected: _Said) -> list[str]:
    """Say what is wrong once the write was run again."""
    faults = [] if _Said.by(EventLog.open(home)) == expected else ["the second run ended in another log"]
    outlive_old_files(home)
    return [*faults, *(f"{path} stayed behind" for path in sorted(_unnamed(home)))]


def outlive_old_files(home: Home) -> None:
    """Write nothing, at a time when whatever is old has been so for long enough."""
    then = time.time() - KEPT_SECONDS
    for path in home.log.glob("*/*/*"):
        os.utime(path, (then, then))
    with writing(home):
        pass


def _unnamed(home: Home) -> set[str]:
    """Return the files of the log that its version does not name."""
    lying = {path.relative_to(home.log).as_posix() for path in home.log.rglob("*") if path.is_file()}
    return lying - {*EventLog.open(home).manifest.files, "manifest.json", "writer.lock"}


def main() -> None:
    """Run the campaign."""
    options = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        campaign = crash_campaign(Path(folder), share=options.share)
    for fault in (fault for trials in campaign for fault in trials.faults):
        print(fault)
    report([trials.result for trials in campaign], options.json)


if __name__ == "__main__":
    main()
