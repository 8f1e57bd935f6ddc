"""A service over a small event log, with decisions and events that are not in it yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, format_time
from serving.app import create_app
from serving.database import keys
from serving.database.tables import inbox
from serving.database.transactions import writing
from serving.service import Service
from serving.settings import ServiceSettings

NOW = AS_OF + DAY


@dataclass
class Past:
    """Somebody with a key for everything, asking what happened."""

    client: TestClient
    home: Home
    now: list[int]

    @property
    def service(self) -> Service:
        return self.client.app.state.service

    def log(self, source: str, *rows: dict) -> None:
        schema = delivered_schema(SOURCES[source])
        table = pa.table({field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema})
        append(self.home, {source: table}, receipt=Receipt(NOW, known_at="given", observed_until={source: NOW}))

    def tell(self, source: str, **row) -> None:
        """Leave a row in the inbox, as it is kept when it came by the API."""
        times = {name: format_time(value) for name, value in row.items() if name.endswith("_at")}
        kept = {
            "received_at": NOW,
            "source": source,
            "customer_id": row["customer_id"],
            "row": json.dumps({**row, **times}).encode(),
        }
        with writing(self.service.engine) as connection:
            connection.execute(inbox.insert(), kept)

    def erase(self, customer_id: str) -> None:
        """Ask that somebody be erased, and hear of it; files still hold what they held."""
        assert self.client.delete(f"/v1/customers/{customer_id}").status_code == 202
        self.service.live.listen()

    def timeline(self, customer_id: str, query: str = "") -> dict:
        answer = self.client.get(f"/v1/customers/{customer_id}/timeline{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def export(self, customer_id: str) -> list[dict]:
        answer = self.client.get(f"/v1/customers/{customer_id}/export")
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    yield from open_past(tmp_path)


@pytest.fixture
def past_at(url: str, tmp_path: Path) -> Iterator[Past]:
    """The same on a database of either kind."""
    yield from open_past(tmp_path, database_url=url)


def open_past(folder: Path, **settings) -> Iterator[Past]:
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.2, "c2": 0.3}, company_text=text, beside=decidable()))
    now = [NOW]
    with TestClient(create_app(ServiceSettings(publisher.home, **settings), clock=lambda: now[0])) as client:
        made = keys.create_key(client.app.state.service.engine, name="crm", scopes=["admin"], created_at=AS_OF)
        client.headers["Authorization"] = f"Bearer {made.secret}"
        yield Past(client, publisher.home, now)
