"""What does every background task work with, and who may still write: the office of the process that leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from features.times import Timestamp
from serving.background.news import News
from serving.database import writing
from serving.door.logs import Log
from serving.live.watch import LiveWatch
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
