"""Look-alikes from end to end: a shop whose good customers show it early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, parse_time
from models.lookalikes import TooFewNewCustomers
from training.questions.lookalikes import VALUE_SO_FAR, LookAlikes, find_look_alikes

START, UNTIL = parse_time("2025-01-01"), parse_time("2026-01-01")
COMPANY = read_company(default_company_text("activity"))


def shop(folder: Path, *, customers: int) -> Home:
    """Build a shop that new customers come to all year; one in ten orders weekly and large, the others monthly."""
    random, rows = np.random.default_rng(0), []
    for customer in range(customers):
        good, first = customer % 10 == 0, random.uniform(0, 350)
        days = first + np.cumsum(random.exponential(7 if good else 30, 60))
        low, high = (50, 90) if good else (5, 50)
        rows += [(f"c{customer}", START + int(day * DAY), random.uniform(low, high)) for day in days if day < 365]
    table = pd.DataFrame(rows, columns=["customer_id", "at", "revenue"])
    times = pd.to_datetime(table.pop("at"), unit="us", utc=True)
    ids = [f"p{number}" for number in range(len(table))]
    purchases = table.assign(purchase_id=ids, occurred_at=times, known_at=times, kind="order", margin=table["revenue"] / 3)
    seen = purchases.groupby("customer_id", as_index=False).agg(first_seen_at=("occurred_at", "min"))
    known = seen.assign(known_at=seen["first_seen_at"], joined_at=seen["first_seen_at"])
    receipt = Receipt(received_at=UNTIL, known_at="given", observed_until=dict.fromkeys(("customers", "purchases"), UNTIL))
    home = Home(folder)
    append(home, {"customers": known, "purchases": purchases}, receipt=receipt)
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return shop(tmp_path_factory.mktemp("shop") / "home", customers=500)


@pytest.fixture(scope="module")
def found(home: Home) -> LookAlikes:
    return find_look_alikes(home, COMPANY)


def test_most_look_alikes_are_of_the_kind_that_later_brings_most(found: LookAlikes) -> None:
    of_the_good = [int(each.customer_id[1:]) % 10 == 0 for each in found.customers]

    assert len(of_the_good) >= 5
    assert np.mean(of_the_good) > 0.5


def test_they_are_listed_by_their_chance_with_what_they_share(found: LookAlikes) -> None:
    chances = [each.chance for each in found.customers]

    assert chances == sorted(chances, reverse=True)
    assert found.customers[0].shared
    assert set(found.customers[0].shared) <= set(found.traits)


def test_likeness_is_graded_on_later_cohorts_beside_the_value_so_far(found: LookAlikes) -> None:
    assert found.tables.pooled["recipe"]["auc"].value > 0.7
    assert set(found.tables.differences) == {VALUE_SO_FAR}
    assert all(fold.origin < found.as_of for fold in found.tables.folds)


def test_after_its_first_months_a_shop_is_told_that_too_few_were_new(home: Home) -> None:
    with pytest.raises(TooFewNewCustomers, match="needed 200 customers"):
        find_look_alikes(home, COMPANY, as_of=START + 135 * DAY)
