"""How many of 1,000 stored decisions follow, byte for byte, from what is stored with them after everything else has changed.

A service in this process decides for customers of every risk over ten days; a third of the first offers is shown, some of those
declined, so that the contact policy has its say. Then another model, other predictions and another company file go live, and each
decision is asked for with `?replay=true`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.times import DAY, HOUR
from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings

DECISIONS = 1_000
_CUSTOMERS = 100
_CHANCES = {f"c{number}": number / _CUSTOMERS for number in range(_CUSTOMERS)}


class Desk:
    """Somebody with a key, and the service's clock."""

    def __init__(self, client: TestClient, publisher: Publisher) -> None:
        self.client = client
        self.publisher = publisher
        made = keys.create_key(client.app.state.service.engine, name="desk", scopes=["read", "decide"], created_at=0)  # type: ignore[attr-defined]
        self.headers = {"Authorization": f"Bearer {made.secret}"}
        self.made: list[str] = []
        self.arms: set[str] = set()

    def decide(self, customer_id: str) -> None:
        """Ask for a decision; show every third first offer, and have every ninth declined."""
        path = f"/v1/customers/{customer_id}/decisions"
        decision = self.client.post(path, json={}, headers=self.headers).json()
        self.made.append(decision["decision_id"])
        self.arms.add(decision["arm"])
        for step, word in ((3, "shown"), (9, "declined")):
            if decision["offers"] and len(self.made) % step == 0:
                body = {"offer_id": decision["offers"][0]["offer_id"], "outcome": word}
                self.client.post(f"/v1/decisions/{decision['decision_id']}/outcomes", json=body, headers=self.headers)

    def agrees(self, decision_id: str) -> bool:
        """Ask for a decision to be made anew."""
        answer = self.client.get(f"/v1/decisions/{decision_id}?replay=true", headers=self.headers).json()
        return answer["replay"]["agrees"] is True

    def publish(self, text: str, **features: float) -> None:
        """Put other predictions and another company file live."""
        chances = {name: chance / (1 + len(self.made)) for name, chance in _CHANCES.items()}
        self.publisher.point_to(self.publisher.store(chances, company_text=text, beside=decidable(**features)))
        self.client.app.state.service.live.look()  # type: ignore[attr-defined]


def main() -> None:
    """Decide, change everything, replay and report."""
    options = arguments(__doc__ or "").parse_args()
    count = max(100, round(DECISIONS * options.share))
    with tempfile.TemporaryDirectory() as folder, _desk(Path(folder), count) as desk:
        agreed = sum(desk.agrees(decision_id) for decision_id in set(desk.made))
    figure = f"{agreed} of {count} ({', '.join(sorted(desk.arms))})"
    goal = f"{count} of {count} byte for byte"
    data = f"{_CUSTOMERS} customers, 20 offers, another model and company file live"
    report([Result("-", "decisions replayed", figure, goal, agreed == count, data)], options.json)


@contextmanager
def _desk(folder: Path, count: int) -> Iterator[Desk]:
    """Give a desk whose decisions are made and whose live state is another one since."""
    publisher, now = Publisher(Home(folder / "home"), folder / "signing.key"), [AS_OF + HOUR]
    text = company_with(20, exploration_share=0.2, control_share=0.2)
    publisher.point_to(publisher.store(_CHANCES, company_text=text, beside=decidable()))
    app = create_app(ServiceSettings(publisher.home), clock=lambda: now[0])
    with mock.patch("serving.live.state.trial_load", return_value=None), TestClient(app) as client:
        desk = Desk(client, publisher)
        for number in range(count):
            now[0] += DAY // _CUSTOMERS + 1
            desk.decide(f"c{number % _CUSTOMERS}")
        desk.publish(company_with(23), tickets_open=3.0, tenure_days=20.0)
        yield desk


if __name__ == "__main__":
    main()
