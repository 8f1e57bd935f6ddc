"""What does the background process do: one row a task, each done again and again by whichever process holds the lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from sqlalchemy import Connection

from serving.background.alerts import AlertTask
from serving.background.deliveries import DeliveryTask
from serving.background.erasing import Erasing
from serving.background.into_log.tasks import CompactLog, DrainDecisions, EmptyInbox
from serving.background.names import NamesTask
from serving.background.office import Office
from serving.batches.run import BatchTask
from serving.database.batches import Batch, Result
from serving.database.chain.chaining import ChainAudit
from serving.database.notices.messages import Message, announce
from serving.pruning.task import Prune


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
