"""A service that is asked in bulk, with the background task beside it, on a clock that is told."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.subjects import installation_secret
from serving.app import create_app
from serving.background.office import Office
from serving.batches.run import BatchTask
from serving.database import keys
from serving.service import Service
from serving.settings import ServiceSettings

CHANCES = {"c1": 0.02, "c2": math.nan, "c3": 0.9}


@dataclasses.dataclass
class Bulk:
    """Somebody with a key who asks in bulk; `work` lets the background process answer one batch."""

    client: TestClient
    home: Home
    clock: list[int]

    @property
    def service(self) -> Service:
        return self.client.app.state.service

    @property
    def office(self) -> Office:
        service = self.service
        secret = installation_secret(self.home)
        now = lambda: self.clock[0]  # noqa: E731
        return Office(service.settings, now, service.log, service.metrics, service.engine, service.live, secret)

    def key(self, *scopes: str) -> dict[str, str]:
        made = keys.create_key(self.service.engine, name="crm", scopes=scopes or ["read"], created_at=AS_OF)
        return {"Authorization": f"Bearer {made.secret}"}

    def ask(self, **body) -> str:
        answer = self.client.post("/v1/batches", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json()["batch_id"]

    def work(self) -> bool:
        return BatchTask(self.office).run()

    def batch(self, batch_id: str) -> dict:
        return self.client.get(f"/v1/batches/{batch_id}").json()

    def rows(self, batch_id: str, form: str = "ndjson"):
        answer = self.client.get(f"/v1/batches/{batch_id}/results?format={form}")
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def bulk(tmp_path: Path) -> Iterator[Bulk]:
    yield from open_bulk(tmp_path)


@pytest.fixture
def bulk_at(url: str, tmp_path: Path) -> Iterator[Bulk]:
    """The same on a database of either kind."""
    yield from open_bulk(tmp_path, database_url=url)


def open_bulk(folder: Path, **settings) -> Iterator[Bulk]:
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.point_to(publisher.store(CHANCES, company_text=company_with(10), beside=decidable()))
    clock = [AS_OF]
    with TestClient(create_app(ServiceSettings(publisher.home, **settings), clock=lambda: clock[0])) as client:
        bulk = Bulk(client, publisher.home, clock)
        client.headers.update(bulk.key())
        yield bulk
