"""An office over an empty database of either kind, a live state that is told, and a receiver on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import Engine, select

from benchmarks.live_states import AS_OF, Publisher
from features.times import HOUR, Timestamp
from models.alerts import ALERT_CODES, alert_column
from serving.background.office import Office
from serving.database import reading, writing
from serving.database.notices.messages import MESSAGE_TYPES
from serving.database.notices.webhooks import Webhook, add_webhook
from serving.database.tables import alerts, deliveries
from serving.door.logs import json_log
from serving.live.state import open_live_state
from serving.settings import ServiceSettings
from serving.vitals.metrics import Metrics

SECRET = bytes(range(32))


@dataclass
class Moment:
    """A clock that is moved by hand."""

    now: Timestamp = AS_OF + HOUR

    def __call__(self) -> Timestamp:
        return self.now


@dataclass
class Shown:
    """What is in service, told by hand."""

    state: object = None

    def in_service(self):
        return SimpleNamespace(state=self.state, trouble=None)


@dataclass
class Desk:
    """An office, and how to make other things live in it."""

    office: Office
    publisher: Publisher
    clock: Moment
    shown: Shown
    made: int = 0

    def show(self, *standing: str, since: Timestamp = AS_OF, customers: int = 3) -> None:
        """Publish predictions by which these alerts stand for `c0` to the last."""
        self.made += 1
        held = {alert_column(code): float(since) if code in standing else np.nan for code in ALERT_CODES}
        held |= {"feature_usage_week_vs_30w": 0.25, "feature_tickets_open_silent_24h": 2.0}
        chances = {f"c{number}": 0.3 + self.made / 1000 for number in range(customers)}
        self.publisher.point_to(self.publisher.store(chances, beside=held))
        self.reopen()

    def reopen(self) -> None:
        from models.bundle import read_live

        home = self.publisher.home
        self.shown.state = open_live_state(home, read_live(home), with_trial=False)

    def subscribe(self, url: str = "https://crm.example.com/hook", types=MESSAGE_TYPES) -> Webhook:
        with writing(self.office.engine) as connection:
            return add_webhook(connection, url, types=types, key_id="k1", now=self.clock())

    def rows(self, table=alerts):
        with reading(self.office.engine) as connection:
            return connection.execute(select(table).order_by(table.c.sequence)).all()

    def told(self) -> list[tuple[str, str | None]]:
        return [(row.type, row.customer_id) for row in self.rows(deliveries)]


@pytest.fixture
def desk(engine: Engine, publisher: Publisher) -> Desk:
    clock, shown = Moment(), Shown()
    settings = ServiceSettings(publisher.home, webhook_private_addresses=True)
    return Desk(Office(settings, clock, json_log(), Metrics(), engine, shown, SECRET), publisher, clock, shown)


@dataclass
class Receiver:
    """What was received, and what is answered: statuses in turn, the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def answer(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    known = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            known.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(known.answer())
            for name, value in known.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield known
    server.shutdown()
    thread.join()
    server.server_close()
