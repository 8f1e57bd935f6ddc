"""A shop that is retrained, tonight and the night after; what takes long is trained and computed once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.company import Company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, Timestamp, parse_time
from models.bundle import check_golden_rows
from models.learners.boosting import BoostingPreset
from training.publishing import promote as promote_room
from training.publishing.scene import newest_scene, people_of
from training.publishing.score import use_company
from training.question import Question
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.retraining import making
from training.retraining.cycle import Cycle, Retrained, retrain
from training.train import TrainingRun, train

UNTIL, TONIGHT = parse_time("2025-12-20"), parse_time("2025-12-22")
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)
QUESTIONS: dict[str, Callable[[Company, BoostingPreset], Question]] = {"churn": ChurnQuestion, "purchase": PurchaseQuestion}


@dataclass
class Retraining:
    """Retrains the shop when called; `said` is what it said last."""

    shop: Any
    said: list[str] = field(default_factory=list)
    moments: Iterator[int] = field(default_factory=lambda: count(TONIGHT))

    @property
    def home(self) -> Home:
        return self.shop.home  # type: ignore[no-any-return]

    def __call__(self, *models: str, **settings: Any) -> Retrained:
        cycle = Cycle(self.shop.signing_key, lambda: next(self.moments), models or ("churn",), **settings)
        self.said.clear()
        return retrain(self.home, cycle, say=self.said.append)


@pytest.fixture(scope="session")
def shop_tonight(trained_shop: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shop with candidates of churn and purchase, and nothing promoted."""
    shop = copied(trained_shop, tmp_path_factory.mktemp("tonight"))
    use_company(shop.home, shop.company, at=0)
    train(shop.home, PurchaseQuestion(shop.company, QUICK), run=TrainingRun(UNTIL))
    return standing(shop)


@pytest.fixture(scope="session")
def shop_next_night(shop_tonight: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shop after a first retraining, with a day more of orders and a candidate of churn made from them."""
    shop = copied(shop_tonight, tmp_path_factory.mktemp("next_night"))
    with pytest.MonkeyPatch.context() as quick:
        make_quick(quick)
        Retraining(shop)()
    receive_orders(shop.home, UNTIL)
    train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(UNTIL + 3 * DAY))
    return standing(shop)


@pytest.fixture
def retraining(shop_tonight: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Retraining:
    make_quick(monkeypatch)
    return Retraining(copied(shop_tonight, tmp_path))


@pytest.fixture
def next_night(shop_next_night: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Retraining:
    make_quick(monkeypatch)
    return Retraining(copied(shop_next_night, tmp_path), moments=count(TONIGHT + DAY))


def copied(shop: Any, folder: Path) -> Any:
    shutil.copytree(shop.folder, folder, dirs_exist_ok=True)
    return replace(shop, folder=folder)


def standing(shop: Any) -> Any:
    """Compute where everybody stands, which each publication needs."""
    people_of(shop.home, newest_scene(shop.home, shop.company))
    return shop


def receive_orders(home: Home, day: Timestamp) -> None:
    """Deliver an order of every third customer on that day; the log is complete up to the next midnight then."""
    at, ids = pd.to_datetime([day], unit="us", utc=True)[0], [f"c{number}" for number in range(0, 150, 3)]
    table = pd.DataFrame({"customer_id": ids, "purchase_id": [f"{day}-{each}" for each in ids], "kind": "order"})
    orders = table.assign(revenue=20.0, margin=7.0, occurred_at=at, known_at=at)
    complete = {"purchases": day + DAY, "customers": day + DAY}
    append(home, {"purchases": orders}, receipt=Receipt(day + DAY, known_at="given", observed_until=complete))


def make_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grow trees quickly, and try models in this process: a child that imports everything takes longer than all else."""

    def check(home: Home, *shas: str) -> None:
        for sha in shas:
            check_golden_rows(home, sha)

    monkeypatch.setattr(making, "question_at", lambda _, model, company: QUESTIONS[model](company, QUICK))
    monkeypatch.setattr(promote_room, "trial_load", check)
