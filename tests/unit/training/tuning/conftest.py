"""A shop with more than a year of orders, so that moments had closed before the first one that is graded; made once a session."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from features.company import Company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.examples import StackedExamples, stack_examples
from training.questions.churn.question import ChurnQuestion

BEGAN, ENDED = parse_time("2024-05-01"), parse_time("2025-12-20")


def _orders(customers: int) -> dict[str, pd.DataFrame]:
    random, rows = np.random.default_rng(3), []
    for customer in range(customers):
        day, pace = random.uniform(0, 400), random.uniform(8, 40)
        gone = day + random.uniform(30, 600)
        while day < min(gone, (ENDED - BEGAN) / DAY):
            rows.append((f"c{customer}", BEGAN + int(day * DAY), float(random.uniform(5, 50))))
            day += random.exponential(pace) + 0.5
    table = pd.DataFrame(rows, columns=["customer_id", "at", "revenue"])
    times = pd.to_datetime(table.pop("at"), unit="us", utc=True)
    ids = [f"p{number}" for number in range(len(table))]
    purchases = table.assign(purchase_id=ids, occurred_at=times, known_at=times, kind="order", margin=table["revenue"] / 3)
    first = purchases.groupby("customer_id", as_index=False).agg(first_seen_at=("occurred_at", "min"))
    return {"customers": first.assign(known_at=first["first_seen_at"], joined_at=first["first_seen_at"]), "purchases": purchases}


@pytest.fixture(scope="session")
def month_company(make_company: Callable[..., Company]) -> Company:
    return make_company(horizons_days=(30,))


@pytest.fixture(scope="session")
def long_home(month_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("long"))
    observed = {"purchases": ENDED, "customers": ENDED}
    append(home, _orders(120), receipt=Receipt(received_at=ENDED, known_at="given", observed_until=observed))
    store_company(home, month_company)
    return home


@pytest.fixture(scope="session")
def quick_churn(month_company: Company) -> ChurnQuestion:
    return ChurnQuestion(month_company, BoostingPreset(leaves=4, rounds=10, bag=1))


@pytest.fixture(scope="session")
def long_stacked(long_home: Home, quick_churn: ChurnQuestion) -> StackedExamples:
    return stack_examples(long_home, quick_churn)
