"""A service asked with a key that may decide, over whatever was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from features.times import HOUR, Timestamp
from serving.app import create_app
from serving.database import keys
from serving.service import Service
from serving.settings import ServiceSettings


@dataclass
class Desk:
    """A running service; its clock stands still, an hour after the data end, until it is moved."""

    client: TestClient
    service: Service
    times: list[Timestamp]
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str):
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, *, json, **headers: str):
        return self.client.post(path, headers=self.headers | headers, json=json)

    def wait(self, time: Timestamp) -> None:
        self.times[0] += time


@pytest.fixture
def opened() -> Iterator[Callable[[Publisher], Desk]]:
    with ExitStack() as stack:

        def open_desk(publisher: Publisher) -> Desk:
            times = [AS_OF + HOUR]
            app = create_app(ServiceSettings(publisher.home), clock=lambda: times[0])
            client = stack.enter_context(TestClient(app))
            made = keys.create_key(app.state.service.engine, name="crm", scopes=["decide"], created_at=times[0])
            return Desk(client, app.state.service, times, {"Authorization": f"Bearer {made.secret}"})

        yield open_desk
