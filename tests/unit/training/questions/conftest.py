"""The shop once more, with what winning its customers cost: a value model trained, and live beside that of churn."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.value.question import ValueQuestion
from training.train import TrainedModel, TrainingRun, train

UNTIL = parse_time("2025-12-20")
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@dataclass(frozen=True)
class ValuedShop:
    """A shop whose value model is live; of one customer in five the cost of winning is not known, of another one the channel."""

    home: Home
    question: ValueQuestion
    value: TrainedModel


@pytest.fixture(scope="session")
def valued_shop(trained_shop: Any, tmp_path_factory: pytest.TempPathFactory) -> ValuedShop:
    folder = tmp_path_factory.mktemp("valued")
    shutil.copytree(trained_shop.folder, folder, dirs_exist_ok=True)
    shop = replace(trained_shop, folder=folder)
    _say_what_winning_cost(shop.home)
    question = ValueQuestion(shop.company, preset=QUICK)
    value = train(shop.home, question, run=TrainingRun(UNTIL + DAY))
    for model in ("churn", "value"):
        promote(shop.home, model, act=Act(shop.signing_key, UNTIL + 2 * DAY, override="a small shop", admin="a1"))
    return ValuedShop(shop.home, question, value)


def _say_what_winning_cost(home: Home) -> None:
    """Write a second version of each customer, known a second after the first: channel and cost."""
    log = EventLog.open(home)
    customers = pd.concat([log.bucket("customers", bucket).to_pandas() for bucket in range(log.manifest.buckets)])
    numbers = customers["customer_id"].str[1:].astype(int)
    told = customers[["customer_id", "first_seen_at", "joined_at"]].assign(
        known_at=customers["known_at"] + pd.Timedelta(seconds=1),
        channel=numbers.map(lambda number: None if number % 5 == 1 else ("fair", "web")[number % 2 == 0]),
        acquisition_cost=np.where(numbers % 5 == 0, np.nan, 10.0),
    )
    observed = {"purchases": UNTIL, "customers": UNTIL}
    append(home, {"customers": told}, receipt=Receipt(received_at=UNTIL, known_at="given", observed_until=observed))
