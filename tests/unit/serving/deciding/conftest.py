"""A service that decides: three customers for whom several offers pass, none drawn by lot, on a clock that is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.times import HOUR, Timestamp
from serving.app import create_app
from serving.database import keys
from serving.service import Service
from serving.settings import ServiceSettings

CHANCES = {"c1": 0.2, "c2": 0.2, "c3": 0.2}


@dataclass
class Desk:
    """Somebody with a key for everything, asking for decisions; `now` is the service's clock."""

    publisher: Publisher
    now: Timestamp = AS_OF + HOUR
    client: TestClient | None = None
    headers: dict[str, str] | None = None

    @property
    def service(self) -> Service:
        return self.client.app.state.service

    def publish(self, *, text: str | None = None, **features: float) -> None:
        """Put another state live, and have the running service take it."""
        text = text or company_with(10, exploration_share=0.0, control_share=0.0)
        self.publisher.point_to(self.publisher.store(CHANCES, company_text=text, beside=decidable(**features)))
        if self.client is not None:
            self.service.live.look()

    def ask(self, customer_id: str = "c1", *, headers: dict[str, str] | None = None, **body):
        headers = {**self.headers, **(headers or {})}
        return self.client.post(f"/v1/customers/{customer_id}/decisions", json=body, headers=headers)

    def decide(self, customer_id: str = "c1", **body) -> dict:
        answer = self.ask(customer_id, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, decision: dict, outcome: str, *, rank: int = 1, headers: dict[str, str] | None = None, **more):
        body = {"offer_id": decision["offers"][rank - 1]["offer_id"], "outcome": outcome, **more}
        path = f"/v1/decisions/{decision['decision_id']}/outcomes"
        return self.client.post(path, json=body, headers={**self.headers, **(headers or {})})

    def get(self, decision: dict, query: str = "") -> dict:
        return self.client.get(f"/v1/decisions/{decision['decision_id']}{query}", headers=self.headers).json()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(tmp_path)


@pytest.fixture
def desk_at(url: str, tmp_path: Path) -> Iterator[Desk]:
    """The same on a database of either kind."""
    yield from open_desk(tmp_path, database_url=url)


def open_desk(folder: Path, **settings) -> Iterator[Desk]:
    desk = Desk(Publisher(Home(folder / "home"), folder / "signing.key"))
    desk.publish()
    app = create_app(ServiceSettings(desk.publisher.home, **settings), clock=lambda: desk.now)
    with TestClient(app) as client:
        key = keys.create_key(app.state.service.engine, name="desk", scopes=["read", "decide"], created_at=0)
        desk.client, desk.headers = client, {"Authorization": f"Bearer {key.secret}"}
        yield desk
