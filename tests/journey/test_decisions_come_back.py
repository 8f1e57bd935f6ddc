"""The whole circle: decided over HTTP, told, drained, learned from, promoted, and shown by the same service as evidence.

Nothing was ever offered before, so whatever is learned came the whole way; each count is taken beside that of the link before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import Publisher
from benchmarks.tiny_shop import orders
from features.company import Company, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, Timestamp, parse_time
from models.learners.boosting import BoostingPreset
from models.offer.fit import OfferRecipe
from serving.app import create_app
from serving.background.into_log.drain import Drained, drain
from serving.database.keys import create_key
from serving.service import Service
from serving.settings import ServiceSettings
from training.publishing.pointer import Act, live_models
from training.publishing.promote import promote
from training.questions.offer.question import OfferQuestion
from training.questions.offer.stack import TooFewShown
from training.train import TrainingRun, train
from training.value_finder.find import evidence_of

OPENED, ENDED = parse_time("2025-06-02T09:00:00Z"), parse_time("2026-01-05T09:00:00Z")
CUSTOMERS, ROUNDS, DAYS_BETWEEN = 60, 5, 30
QUICK = OfferRecipe(trees=BoostingPreset(leaves=4, rounds=15, bag=1, feature_share=0.8, most_columns=400))


@dataclass
class Shop:
    """A shop with a log of orders and a service that decides, on a clock that is told; what agents told is counted."""

    publisher: Publisher
    company: Company
    now: Timestamp = OPENED
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def home(self) -> Home:
        return self.publisher.home

    def question(self) -> OfferQuestion:
        return OfferQuestion(self.company, QUICK)


@dataclass(frozen=True)
class Desk:
    """Two agents at the service of the shop: every second customer takes what they are offered first."""

    shop: Shop
    client: TestClient
    headers: dict[str, str]

    @property
    def service(self) -> Service:
        app: FastAPI = self.client.app  # type: ignore[assignment]
        service: Service = app.state.service
        return service

    def answers(self, path: str, **body: str) -> Any:
        asked = self.client.post(path, json=body, headers=self.headers) if body else self.client.get(path, headers=self.headers)
        assert asked.status_code == 200, asked.text
        return asked.json()

    def serve(self, number: int) -> None:
        agent = ("ana", "ben")[number // 2 % 2]
        decision = self.answers(f"/v1/customers/c{number}/decisions", agent_id=agent)
        if not decision["offers"]:
            return
        word, offer = ("accepted", "declined")[number % 2], decision["offers"][0]["offer_id"]
        for _ in range(2):  # told twice, as impatient systems do
            path = f"/v1/decisions/{decision['decision_id']}/outcomes"
            told = self.answers(path, offer_id=offer, outcome=word, agent_id=agent)
            assert told["state"] == word
        self.shop.told[offer, word] += 1

    def drain(self) -> Drained:
        return drain(self.shop.home, self.service.engine, now=self.shop.now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    text = company_with(10, exploration_share=0.2, control_share=0.05)
    shop = Shop(Publisher(Home(tmp_path / "home"), tmp_path / "signing.key"), read_company(text))
    observed = {"purchases": ENDED, "customers": ENDED}
    append(shop.home, orders(CUSTOMERS, until=ENDED), receipt=Receipt(ENDED, known_at="given", observed_until=observed))
    chances = {f"c{number}": 0.2 for number in range(CUSTOMERS)}
    shop.publisher.point_to(shop.publisher.store(chances, as_of=OPENED, company_text=text, beside=decidable()))
    app = create_app(ServiceSettings(shop.home, drain_seconds=0.0), clock=lambda: shop.now)
    with TestClient(app) as client:
        made = create_key(app.state.service.engine, name="desk", scopes=["read", "decide"], created_at=0)
        yield Desk(shop, client, {"Authorization": f"Bearer {made.secret}"})


def logged(home: Home) -> list[dict[str, Any]]:
    """The newest version of every exposure in the log; the test fails where one stands there twice."""
    log = EventLog.open(home)
    rows = [row for bucket in range(log.manifest.buckets) for row in log.bucket("offers", bucket).to_pylist()]
    newest = [row for row in rows if row["superseded_at"] is None]
    assert len({row["exposure_id"] for row in newest}) == len(newest)
    return newest


def test_what_agents_tell_is_learned_once_and_comes_back_as_evidence(desk: Desk, tmp_path: Path) -> None:
    shop = desk.shop
    with pytest.raises(TooFewShown):
        train(shop.home, shop.question(), run=TrainingRun(OPENED))

    for _ in range(ROUNDS):
        for number in range(CUSTOMERS):
            desk.serve(number)
        shop.now += DAYS_BETWEEN * DAY
    shop.now = ENDED
    moved, again = desk.drain(), desk.drain()

    told = shop.told
    assert (moved.decisions, moved.outcomes) == (CUSTOMERS * ROUNDS, told.total())
    assert (again.decisions, again.outcomes, again.rows) == (0, 0, 0)
    rows = [row for row in logged(shop.home) if row["shown_at"] is not None]
    assert Counter((row["offer_id"], row["outcome"]) for row in rows) == told

    trained = train(shop.home, shop.question(), run=TrainingRun(ENDED))
    act = Act(tmp_path / "signing.key", ENDED, override="a shop of sixty", admin="tests")
    promote(shop.home, "offer", act=act)
    desk.service.live.look()

    data = trained.report.data
    assert data.rows == told.total() > 200
    assert sum(data.label_means.values()) * data.rows == pytest.approx(told_as(told, "accepted").total())
    catalogue = desk.answers("/v1/offers")
    listed = {each["offer_id"]: each["evidence"] for each in catalogue["offers"] if "evidence" in each}
    assert {offer: found["shown"] for offer, found in listed.items()} == told_as(told, "accepted", "declined")
    assert {offer: found["positives"] for offer, found in listed.items()} == told_as(told, "accepted")
    times = {each["channel"]: each["text"] for each in catalogue["contact_times"]}
    assert set(times) == {row["channel"] for row in rows}
    assert all(text.startswith(f"best contact hours on {channel}") for channel, text in times.items())
    assert {offer: found.shown for offer, found in evidence_of(shop.home, live_models(shop.home)).items()} == {
        offer: found["shown"] for offer, found in listed.items()
    }


def told_as(told: Counter[tuple[str, str]], *words: str) -> Counter[str]:
    """How often one of these words was told of each offer."""
    found: Counter[str] = Counter()
    for (offer, word), count in told.items():
        found[offer] += count * (word in words)
    return found
