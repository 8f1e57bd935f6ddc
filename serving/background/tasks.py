"""What does the background process do: one row a task, each done again and again by whichever process holds the lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sqlalchemy import Engine

from features.times import Timestamp
from serving.door.logs import Log
from serving.live.watch import LiveWatch
from serving.metrics import Metrics
from serving.settings import ServiceSettings


@dataclass(frozen=True)
class Office:
    """What every task works with. `clock` gives the moment now, in microseconds UTC; `secret` is the installation's."""

    settings: ServiceSettings
    clock: Callable[[], Timestamp]
    log: Log
    metrics: Metrics
    engine: Engine
    live: LiveWatch
    secret: bytes


class Task(Protocol):
    """One kind of work. Whatever it raises is logged, and it is tried again; it must be safe to be killed at any point."""

    @property
    def every_seconds(self) -> float:
        """Return how long to wait after a run that found nothing more to do."""

    def run(self) -> bool:
        """Do a portion of what is due; whether more is due at once."""


TaskOf: TypeAlias = Callable[[Office], Task]

TASKS: Mapping[str, TaskOf] = {}
"""The tasks by name; each has a thread of its own, so that a slow one holds up no other."""
