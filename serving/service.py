"""What one web process serves with: the parts every handler may reach, opened once, closed once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from features.subjects import installation_secret
from features.times import Timestamp
from serving.answering.reads import ReadRecord
from serving.answering.reasoner import Reasoner
from serving.auth import KeyRing
from serving.database import database_url, open_database
from serving.database.audit import AuditLog
from serving.database.key_uses import KeyUses
from serving.deciding.decider import Decider
from serving.deciding.secrets import draw_secrets
from serving.door.admission import Admission
from serving.door.drain import Drain
from serving.door.limits import RateLimits
from serving.door.logs import Log, RequestLines, json_log
from serving.history.former import FormerPredictions
from serving.history.glance import Glances
from serving.history.reader import HistoryReader
from serving.listing.shelf import ListShelf
from serving.live.overlays import Overlays
from serving.live.shelf import LiveShelf
from serving.live.watch import LiveWatch
from serving.names.shelf import NameShelf
from serving.page.frame.origins import Origins
from serving.settings import ServiceSettings
from serving.telling.receiving import Receiver
from serving.vitals.metrics import Metrics
from serving.vitals.pulse import DatabasePulse
from serving.what_if.bench import Benches

Clock = Callable[[], Timestamp]


def moment_now() -> Timestamp:
    """Return the moment now, in microseconds UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Service:
    """The parts of one process. `clock` gives the moment now, in microseconds UTC; `secret` is the installation's."""

    settings: ServiceSettings
    origins: Origins
    clock: Clock
    secret: bytes = field(repr=False)
    log: Log
    lines: RequestLines
    metrics: Metrics
    engine: Engine
    uses: KeyUses
    keys: KeyRing
    limits: RateLimits
    reads: ReadRecord
    decider: Decider
    benches: Benches
    receiver: Receiver
    live: LiveWatch
    reasoner: Reasoner
    lists: ListShelf
    names: NameShelf
    histories: HistoryReader
    glances: Glances
    former: FormerPredictions
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
        self.reasoner.close()
        self.lists.close()
        self.histories.close()
        self.decider.close()
        self.receiver.close()
        self.reads.close()
        self.lines.flush()
        self.uses.close()
        self.limits.close()
        self.engine.dispose()


def open_service(settings: ServiceSettings, clock: Clock = moment_now, shelf: LiveShelf | None = None) -> Service:
    """Open the database and build the parts; nothing is live until `start`.

    `shelf`: where what is live is found, if it is being opened already.

    Raises
    ------
    DatabaseUrlInvalid, DatabaseUnavailable
        If the operational database cannot be opened.
    SecretDamaged, SecretExposed
        If a secret of the installation is not fit for use.
    EmbeddingImpossible
        If the settings say of the page what no browser would do.
    """
    secret, drawn_by = installation_secret(settings.home), draw_secrets(settings.home)
    engine = open_database(database_url(settings.home, settings.database_url))
    stream = sys.stderr.buffer if settings.logs_requests else None
    log = json_log(stream)
    metrics = Metrics(settings.metrics_folder)
    uses = KeyUses(engine)
    reads = ReadRecord(AuditLog(engine), secret, clock)
    histories = HistoryReader(settings.home, engine, secret)
    return Service(
        settings=settings,
        origins=Origins(settings.public_url, settings.embed_origins),
        clock=clock,
        secret=secret,
        log=log,
        lines=RequestLines(stream),
        metrics=metrics,
        engine=engine,
        uses=uses,
        keys=KeyRing(engine, clock, uses),
        limits=RateLimits(settings.metrics_folder, settings.requests_per_minute, on_refusal=metrics.rate_limited.inc),
        reads=reads,
        decider=Decider(engine, drawn_by, clock, on_decided=metrics.answers.decided),
        benches=Benches(settings.home),
        receiver=Receiver(engine, clock),
        live=LiveWatch(shelf or LiveShelf(settings.home), metrics, log, news=Overlays(engine, secret)),
        reasoner=Reasoner(),
        lists=ListShelf(settings.home),
        names=NameShelf(settings.home),
        histories=histories,
        glances=Glances(histories),
        former=FormerPredictions(settings.home),
        pulse=DatabasePulse(engine, on_beat=lambda is_well: metrics.beat(is_well=is_well, audit_unwritten=reads.unwritten)),
        admission=Admission(settings.admission_limit, metrics.overloads.inc),
        drain=Drain(settings.drain_seconds),
    )
