"""What does the background process do: strive to lead, and while it leads, run every task; end when told, or with its parent.

Run as `python -m serving.background.worker` by `lifecycle serve`, which hands the settings through a pipe; `lifecycle work` calls
`work`. Any number of such processes may run, on any number of hosts: one leads, the others wait.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from features.errors import LifecycleError
from features.subjects import installation_secret
from serving.background.lease import RENEW_SECONDS, Lease
from serving.background.office import Office
from serving.background.running import Named, Runner
from serving.background.tasks import TASKS
from serving.database import database_url, open_database
from serving.door.logs import Log, json_log, log_everything_to
from serving.live.overlays import Overlays
from serving.live.shelf import LiveShelf
from serving.live.watch import LiveWatch
from serving.service import moment_now
from serving.settings import ServiceSettings
from serving.vitals.metrics import Metrics
from serving.worker import settings_from_parent

FINISH_SECONDS = 20.0
"""So long the tasks may take to finish the portion in hand."""


@dataclass(frozen=True)
class Workplace:
    """What every term of this process works with."""

    settings: ServiceSettings
    engine: Engine
    log: Log
    metrics: Metrics
    live: LiveWatch
    secret: bytes

    def office(self, lease: Lease) -> Office:
        """Return the office of one term."""
        fixed = {name: getattr(self, name) for name in ("settings", "engine", "log", "metrics", "live", "secret")}
        return Office(clock=moment_now, fence=lease.fence, **fixed)


def work(settings: ServiceSettings, end: threading.Event) -> None:
    """Do the background work whenever this process leads, until told to end.

    Raises
    ------
    DatabaseUrlInvalid, DatabaseUnavailable
        If the operational database cannot be opened.
    """
    with _workplace(settings) as place:
        lease = Lease(place.engine, moment_now)
        place.log.info("working", pid=os.getpid())
        try:
            while not end.is_set():
                if lease.strive():
                    _lead(place, lease, end)
                end.wait(RENEW_SECONDS)
        finally:
            lease.release()
        place.log.info("ended", pid=os.getpid())


def _lead(place: Workplace, lease: Lease, end: threading.Event) -> None:
    """Run the tasks until the end, or until another process leads."""
    office = place.office(lease)
    runners = [Runner(Named(name, task_of(office)), office) for name, task_of in TASKS.items()]
    place.log.info("leading", pid=os.getpid(), epoch=lease.epoch)
    for runner in runners:
        runner.start()
    try:
        while not end.wait(RENEW_SECONDS) and lease.strive():
            pass
    finally:
        _finish(runners, lease, log=place.log)


def _finish(runners: list[Runner], lease: Lease, *, log: Log) -> None:
    """Let every task finish what is in hand; one that hangs is left, as whatever it does is safe to be cut off."""
    for runner in runners:
        runner.stop()
    for _ in range(int(FINISH_SECONDS)):
        if all(runner.join(RENEW_SECONDS / len(runners)) for runner in runners):
            return
        lease.strive()
    log.warning("tasks_left_behind")


@contextmanager
def _workplace(settings: ServiceSettings) -> Iterator[Workplace]:
    log, metrics = json_log(sys.stderr.buffer), Metrics(settings.metrics_folder)
    secret = installation_secret(settings.home)
    engine = open_database(database_url(settings.home, settings.database_url))
    live = LiveWatch(LiveShelf(settings.home), metrics, log, news=Overlays(engine, secret))
    live.start(0.0)
    try:
        yield Workplace(settings, engine, log, metrics, live, secret)
    finally:
        live.stop()
        engine.dispose()


def work_until_told(settings: ServiceSettings) -> None:
    """Do the background work until SIGTERM or Ctrl-C; to be called in the main thread, which it needs for the signals."""
    end = threading.Event()
    before = {number: signal.signal(number, lambda *_: end.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        work(settings, end)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> None:
    """Work for the parent that holds the pipe, until told to end or until the parent is gone."""
    log = json_log(sys.stderr.buffer)
    log_everything_to(log)
    settings = settings_from_parent()
    threading.Thread(target=_heed_parent, daemon=True).start()
    try:
        work_until_told(settings)
    except LifecycleError as error:
        log.error("not_started", why=str(error))
        raise SystemExit(error.exit_code) from error


def _heed_parent() -> None:
    # The handle itself is read: a thread that holds the lock of `sys.stdin` makes the interpreter die at its end.
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
