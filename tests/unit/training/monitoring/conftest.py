"""A small shop that was lived through: trained on in August, scored on the first of every month until December."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.company import Company
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp, month_starts, parse_time
from models.learners.boosting import BoostingPreset
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.score import score, use_company
from training.questions.churn.question import ChurnQuestion
from training.simulated.replay import Replay
from training.train import TrainingRun, train

MONTHS = month_starts(parse_time("2025-08-01"), parse_time("2025-12-01"))
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@dataclass(frozen=True)
class LivedShop:
    """An installation after five months; `months` are the moments at which it predicted, in the first it was trained."""

    folder: Path
    company: Company
    months: tuple[Timestamp, ...]

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def act(self, at: Timestamp) -> Act:
        return Act(self.folder / "keys" / "signing.key", at, override="a small shop", admin="a1")


def rows_of(home: Home) -> dict[str, pa.Table]:
    """Return the rows of a log as they were delivered."""
    log = EventLog.open(home)
    return {
        source: pa.concat_tables([log.bucket(source, bucket) for bucket in range(log.manifest.buckets)]).select(
            delivered_schema(SOURCES[source]).names
        )
        for source in log.manifest.rows
    }


@pytest.fixture(scope="session")
def delivered() -> Callable[[Home], dict[str, pa.Table]]:
    """Give the rows of a log, by source, as they were delivered."""
    return rows_of


@pytest.fixture(scope="session")
def lived_through(trained_shop: Any, make_company: Callable[..., Company], tmp_path_factory: pytest.TempPathFactory) -> LivedShop:
    shop = LivedShop(tmp_path_factory.mktemp("lived"), make_company(horizons_days=(30,)), tuple(MONTHS))
    observed = EventLog.open(trained_shop.home).manifest.observed_until
    for moment in Replay(rows_of(trained_shop.home), observed, shop.home).months(MONTHS):
        if moment == MONTHS[0]:
            use_company(shop.home, shop.company, at=moment)
            train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(moment))
            promote(shop.home, "churn", act=shop.act(moment))
        else:
            score(shop.home, at=moment)
    return shop


@pytest.fixture
def lived_shop(lived_through: LivedShop, tmp_path: Path) -> LivedShop:
    """The shop after five months: a copy that a test may change."""
    shutil.copytree(lived_through.folder, tmp_path, dirs_exist_ok=True)
    return LivedShop(tmp_path, lived_through.company, lived_through.months)
