"""How is a task done again and again: in a thread of its own, failing alone, with growing pauses while it fails."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from features.times import SECOND
from serving.background.office import Office
from serving.background.tasks import Task
from serving.door.gate import place_of

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Named:
    """A task and its name in logs and metrics."""

    name: str
    task: Task


class Runner:
    """Runs one task until told to stop. What it raises is logged by its kind: its words may hold what people sent."""

    def __init__(self, named: Named, office: Office) -> None:
        self._named = named
        self._office = office
        self._pause = FIRST_PAUSE_SECONDS
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"task-{named.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end once the portion in hand is done."""
        self._end.set()

    def join(self, seconds: float) -> bool:
        """Wait that long at most; say whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def run_once(self) -> float:
        """Do a portion; return the seconds to wait before the next."""
        try:
            is_more = self._named.task.run()
        except Exception as fault:  # whatever it is, the other tasks go on, and so does this one a little later
            return self._failed(fault)
        self._pause = FIRST_PAUSE_SECONDS
        self._office.metrics.background.task_success.labels(self._named.name).set(self._office.clock() / SECOND)
        return 0.0 if is_more else self._named.task.every_seconds

    def _failed(self, fault: Exception) -> float:
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self._office.metrics.background.task_failures.labels(self._named.name).inc()
        name, kind = self._named.name, type(fault).__name__
        self._office.log.error("task_failed", task=name, fault=kind, at=place_of(fault), retry_seconds=pause)
        return pause

    def _run(self) -> None:
        while not self._end.is_set():
            self._end.wait(self.run_once())
