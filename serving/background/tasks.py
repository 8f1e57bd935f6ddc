"""What does the background process do: one row a task, each done again and again by whichever process holds the lease."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from sqlalchemy import Connection, Engine

from features.times import Timestamp
from serving.background.alerts import AlertTask
from serving.background.deliveries import DeliveryTask
from serving.background.erasing import Erasing
from serving.background.into_log.tasks import CompactLog, DrainDecisions, EmptyInbox
from serving.background.names import NamesTask
from serving.background.news import News
from serving.batches.run import BatchTask
from serving.database import writing
from serving.database.batches import Batch, Result
from serving.database.chain.chaining import ChainAudit
from serving.database.notices.messages import Message, announce
from serving.door.logs import Log
from serving.live.watch import LiveWatch
from serving.pruning.task import Prune
from serving.settings import ServiceSettings
from serving.vitals.metrics import Metrics


def _nobody_else_leads(connection: Connection) -> None:
    del connection


@dataclass(frozen=True)
class Office:
    """What every task works with. `clock` gives the moment now, in microseconds UTC; `secret` is the installation's.

    `news`: of whom the log knows more than the live snapshot. `fence` refuses a transaction once another process leads.
    """

    settings: ServiceSettings
    clock: Callable[[], Timestamp]
    log: Log
    metrics: Metrics
    engine: Engine
    live: LiveWatch
    secret: bytes
    news: News = field(default_factory=News)
    fence: Callable[[Connection], None] = _nobody_else_leads

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in one transaction that is undone if another process leads by now.

        Raises
        ------
        LeaseLost
            If another process leads.
        """
        with writing(self.engine) as connection:
            self.fence(connection)
            yield connection


class Task(Protocol):
    """One kind of work. Whatever it raises is logged, and it is tried again; it must be safe to be killed at any point."""

    @property
    def every_seconds(self) -> float:
        """Return how long to wait after a run that found nothing more to do."""

    def run(self) -> bool:
        """Do a portion of what is due; whether more is due at once."""


TaskOf: TypeAlias = Callable[[Office], Task]


def _fresh(office: Office) -> Task:
    from serving.background.fresh import FreshTask  # it brings the kernel, which no other task needs

    return FreshTask(office)


def _batches(office: Office) -> Task:
    def tell(connection: Connection, batch: Batch, result: Result) -> None:
        said = {"batch_id": batch.id, "rows": result.rows, "failed": result.failed}
        announce(connection, Message("lifecycle.batch.finished.v1", None, said, office.clock()))

    return BatchTask(office, tell=tell)


TASKS: Mapping[str, TaskOf] = {
    "inbox": EmptyInbox,
    "fresh": _fresh,
    "decisions": DrainDecisions,
    "compaction": CompactLog,
    "names": NamesTask,
    "alerts": AlertTask,
    "deliveries": DeliveryTask,
    "batches": _batches,
    "erasing": Erasing,
    "audit": ChainAudit,
    "prune": Prune,
}
"""The tasks by name; each has a thread of its own, so that a slow one holds up no other."""
