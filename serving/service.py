"""What one web process serves with: the parts every handler may reach, opened once, closed once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from features.times import Timestamp
from serving.auth import KeyRing
from serving.database import database_url, open_database
from serving.database.audit import AuditLog
from serving.database.key_uses import KeyUses
from serving.database.subjects import draw_secrets, installation_secret
from serving.deciding.decider import Decider
from serving.door.admission import Admission
from serving.door.drain import Drain
from serving.door.logs import Log, json_log
from serving.live.shelf import LiveShelf
from serving.live.watch import LiveWatch
from serving.metrics import Metrics
from serving.pulse import DatabasePulse
from serving.reads import ReadRecord
from serving.settings import ServiceSettings

Clock = Callable[[], Timestamp]


def moment_now() -> Timestamp:
    """Return the moment now, in microseconds UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Service:
    """The parts of one process. `clock` gives the moment now, in microseconds UTC."""

    settings: ServiceSettings
    clock: Clock
    log: Log
    metrics: Metrics
    engine: Engine
    uses: KeyUses
    keys: KeyRing
    reads: ReadRecord
    decider: Decider
    live: LiveWatch
    pulse: DatabasePulse
    admission: Admission
    drain: Drain

    def start(self) -> None:
        """Begin to watch the live pointer; returns once something is in service, or after `first_load_seconds`."""
        self.pulse.start()
        self.live.start(self.settings.first_load_seconds)

    def close(self) -> None:
        """Stop watching, and write what waits to be written."""
        self.pulse.stop()
        self.live.stop()
        self.decider.close()
        self.reads.close()
        self.uses.close()
        self.engine.dispose()


def open_service(settings: ServiceSettings, clock: Clock = moment_now) -> Service:
    """Open the database and build the parts; nothing is live until `start`.

    Raises
    ------
    DatabaseUrlInvalid, DatabaseUnavailable
        If the operational database cannot be opened.
    SecretDamaged, SecretExposed
        If a secret of the installation is not fit for use.
    """
    secret, drawn_by = installation_secret(settings.home), draw_secrets(settings.home)
    engine = open_database(database_url(settings.home, settings.database_url))
    log = json_log(sys.stderr.buffer if settings.logs_requests else None)
    metrics = Metrics(settings.metrics_folder)
    uses = KeyUses(engine)
    return Service(
        settings=settings,
        clock=clock,
        log=log,
        metrics=metrics,
        engine=engine,
        uses=uses,
        keys=KeyRing(engine, clock, uses),
        reads=ReadRecord(AuditLog(engine), secret, clock),
        decider=Decider(engine, drawn_by, clock),
        live=LiveWatch(LiveShelf(settings.home), metrics, log),
        pulse=DatabasePulse(engine),
        admission=Admission(settings.admission_limit, metrics.overloads.inc),
        drain=Drain(settings.drain_seconds),
    )
