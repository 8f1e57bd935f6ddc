"""The same in a second: a process that takes rows and one that moves them, without HTTP, killed at random moments.

Each delivery carries its number as Idempotency-Key. A process that is started again sends what was not acknowledged again, as a
caller does.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from benchmarks.ingestion_crashes.kept import Told, Verdict, body_of, verdict
from features.home import Home
from serving.background.into_log.inbox import empty_inbox
from serving.background.into_log.way import Way
from serving.database import DatabaseUnavailable, database_url, open_database
from serving.database.audit import AuditEntry
from serving.database.idempotency import RepeatableRequest
from serving.service import moment_now
from serving.telling.judging import judge
from serving.telling.receiving import Delivery, Receiver

_LONGEST_SECONDS = 0.3
_PATIENCE_SECONDS = 60.0
_ROUTE = "/v1/events"


@dataclass(frozen=True)
class Place:
    """Where the processes work: the installation, and the file of the numbers that were acknowledged."""

    home: Home
    acknowledged: Path

    def numbers(self) -> list[int]:
        """Return the deliveries that were acknowledged; one cut short was not."""
        text = self.acknowledged.read_text() if self.acknowledged.exists() else ""
        return [int(line) for line in text.split("\n")[:-1]]


def quick_campaign(folder: Path, *, kills: int, seed: int = 0) -> Verdict:
    """Kill one of the two again and again, then move what is left, and compare."""
    random, place = np.random.default_rng(seed), Place(Home(folder / "home"), folder / "acknowledged")
    open_database(database_url(place.home)).dispose()
    processes = [_started(work, place) for work in _WORK]
    for _ in range(kills):
        _wait_for_more(place)
        time.sleep(random.uniform(0, _LONGEST_SECONDS))
        victim = int(random.integers(len(processes)))
        _kill(processes[victim])
        processes[victim] = _started(_WORK[victim], place)
    _wait_for_more(place)
    for process in processes:
        _kill(process)
    return _verdict(place)


def _verdict(place: Place) -> Verdict:
    engine = open_database(database_url(place.home))
    try:
        empty_inbox(Way(place.home, engine), now=moment_now())
    finally:
        engine.dispose()
    acknowledged = place.numbers()
    return verdict(place.home, [Told("quick", number) for number in acknowledged], open_ends={Told("quick", len(acknowledged))})


def _wait_for_more(place: Place) -> None:
    before, deadline = len(place.numbers()), time.monotonic() + _PATIENCE_SECONDS
    while len(place.numbers()) == before and time.monotonic() < deadline:
        time.sleep(0.005)


def _started(work: Callable[[Place], None], place: Place) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=(place,), daemon=True)
    process.start()
    return process


def _kill(process: BaseProcess) -> None:
    process.kill()
    process.join(_PATIENCE_SECONDS)


def _take(place: Place) -> None:
    """Take deliveries one after another, from the first that was not acknowledged on."""
    engine = open_database(database_url(place.home))
    receiver, number = Receiver(engine, moment_now), len(place.numbers())
    whole = sum(len(f"{one}\n") for one in range(number))
    handle = os.open(place.acknowledged, os.O_CREAT | os.O_WRONLY)
    os.ftruncate(handle, whole)
    while True:
        try:
            receiver.submit(_delivery(number)).result()
        except DatabaseUnavailable:  # the other was killed while it wrote
            continue
        whole += os.pwrite(handle, f"{number}\n".encode(), whole)
        number += 1


def _delivery(number: int) -> Delivery:
    content, now = body_of(Told("quick", number)), moment_now()
    audit = AuditEntry(now, str(number), "key", "ingest", _ROUTE, None, 200)
    repeatable = RepeatableRequest("key", _ROUTE, str(number), str(number))
    return Delivery(judge(content, by_line=False, now=now), {}, audit, repeatable)


def _move(place: Place) -> None:
    """Move whatever waits, again and again."""
    way = Way(place.home, open_database(database_url(place.home)))
    while True:
        empty_inbox(way, now=moment_now())


_WORK: tuple[Callable[[Place], None], ...] = (_take, _move)
