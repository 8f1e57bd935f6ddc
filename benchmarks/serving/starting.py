"""P7: a million customers with 150 columns of predictions: seconds from start to ready, memory of one process and of a second.

Memory is told as the resident set (RSS) of the process that answers, which counts what it shares; a second one is told by what it
adds to the proportional sets (PSS), in which shared pages count once. The page cache belongs to the host and to neither.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.deciding_states import decidable
from benchmarks.goals import Result
from benchmarks.live_states import SNAPSHOT, Publisher
from benchmarks.serving.services import key_of, ours
from features.home import Home
from models.bundle import Live, predictions_origin, write_live, write_predictions

COLUMNS = 150
_STARTS = 3
_MB = 1024


@dataclass(frozen=True)
class Memory:
    """What the processes that answer hold together, in MB: resident, and proportional."""

    rss: float
    pss: float


def measured(folder: Path, *, customers: int) -> list[Result]:
    """Publish so many customers, start the service a few times, and weigh one worker and two."""
    folder.mkdir(parents=True)
    home = _published(folder, customers)
    key_of(home)
    seconds, one = [], Memory(0.0, 0.0)
    for _ in range(_STARTS + 1):  # the first start tries the model, which the others find tried
        with ours(home, workers=1) as service:
            seconds.append(service.seconds)
            time.sleep(3.0)  # the models are loaded after readiness
            one = _memory(service.process)
    with ours(home, workers=2) as service:
        time.sleep(8.0)
        two = _memory(service.process)
    data = f"{customers:,} customers, {COLUMNS} columns, {_STARTS} starts after the first ({seconds[0]:.1f} s)"
    start, added = statistics.median(seconds[1:]), two.pss - one.pss
    return [
        Result("P7a", "start to ready", f"{start:.2f} s", "under 3 s", start < 3, data),
        Result("P7b", "memory of one worker", f"{one.rss:.0f} MB resident", "under 1.5 GB", one.rss < 1_500, data),
        Result("P7c", "memory of a second worker", f"{added:.0f} MB more (PSS)", "under 300 MB more", added < 300, data),
    ]


def _published(folder: Path, customers: int) -> Home:
    publisher, drawn = Publisher(Home(folder / "home"), folder / "signing.key"), np.random.default_rng(0)
    few = publisher.store({"c0000000": 0.2}, as_of=time.time_ns() // 1000, beside=decidable())
    chances = drawn.random(customers)
    columns = {f"churn_{days}": chances * days / 90 for days in (30, 60, 90)}
    columns |= {name: np.full(customers, value) for name, value in decidable().items()}
    columns |= {f"feature_filler_{number}": drawn.random(customers) for number in range(COLUMNS - len(columns))}
    origin = replace(predictions_origin(publisher.home, str(few.predictions)), as_of=time.time_ns() // 1000)
    ids = pa.array([f"c{number:07d}" for number in range(customers)], pa.string())
    predictions = write_predictions(publisher.home, origin=origin, ids=ids, columns=columns)
    write_live(publisher.home, Live(few.bundle, few.company, SNAPSHOT, predictions))
    return publisher.home


def _memory(process: int) -> Memory:
    workers = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    rolled = [Path(f"/proc/{worker}/smaps_rollup").read_text() for worker in workers]
    return Memory(*(sum(_field(each, name) for each in rolled) / _MB for name in ("Rss", "Pss")))


def _field(text: str, name: str) -> int:
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name}:"))
