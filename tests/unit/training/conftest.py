"""One small shop with a year of orders, one model trained on it, and one migrated MLflow store: each made once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks.tiny_shop import orders, shop_company
from features.company import Company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.gates import recipe as gates
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.churn.question import ChurnQuestion
from training.tracking.recording import Tracking
from training.train import TrainedModel, TrainingRun, train

UNTIL = parse_time("2025-12-20")
TRAINED_AT, PROMOTED_AT = parse_time("2025-12-20T09:00:00Z"), parse_time("2025-12-21")
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@dataclass(frozen=True)
class Shop:
    """An installation with a log, its company file stored, and a trained candidate; the private key beside it."""

    folder: Path
    company: Company
    trained: TrainedModel

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def signing_key(self) -> Path:
        return self.folder / "keys" / "signing.key"


@pytest.fixture(scope="session")
def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    home = Home(folder / "home")
    observed = {"purchases": UNTIL, "customers": UNTIL}
    append(home, orders(until=UNTIL), receipt=Receipt(received_at=UNTIL, known_at="given", observed_until=observed))
    company = shop_company()
    store_company(home, company)
    return Shop(folder, company, train(home, ChurnQuestion(company, QUICK), run=TrainingRun(TRAINED_AT)))


@pytest.fixture(scope="session")
def twice_promoted_shop(trained_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = _copied(trained_shop, tmp_path_factory.mktemp("promoted"))
    for seed in (0, 1):
        if seed:
            train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(TRAINED_AT + seed * DAY, seed=seed))
        promote(shop.home, "churn", act=Act(shop.signing_key, PROMOTED_AT + seed * DAY, override="a small shop", admin="a1"))
    return shop


@pytest.fixture
def shop(trained_shop: Shop, tmp_path: Path) -> Shop:
    """The shop with a candidate and nothing promoted: a copy that a test may change."""
    return _copied(trained_shop, tmp_path)


@pytest.fixture
def graded_on_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask more graded rows than the shop has, so that a gate refuses its candidate however good it is."""
    monkeypatch.setattr(gates, "FEWEST_ROWS", 1_000_000)


@pytest.fixture
def promoted(twice_promoted_shop: Shop, tmp_path: Path) -> Shop:
    """The shop after two promotions, of the first candidate and of a second: a copy that a test may change."""
    return _copied(twice_promoted_shop, tmp_path)


def _copied(shop: Shop, folder: Path) -> Shop:
    shutil.copytree(shop.folder, folder, dirs_exist_ok=True)
    return replace(shop, folder=folder)


@pytest.fixture(scope="session")
def make_company() -> Callable[..., Company]:
    """Build the shop's company file, changed."""
    return shop_company


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow store whose tables exist: creating them takes longer than all else a test does with it."""
    folder = tmp_path_factory.mktemp("mlflow")
    Tracking.at_home(Home(folder)).open("nobodys-model")  # an experiment keeps the place of its artefacts: a copy makes its own
    return folder / "mlflow"
