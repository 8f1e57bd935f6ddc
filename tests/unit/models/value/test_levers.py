"""Which lever fits: the one with the most money at stake."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.company.business import CostToServe
from models.value.levers import LEVER_FEATURES, LEVERS, GoodCustomer, LeverTerms, fitting_lever, stakes

TERMS = LeverTerms(GoodCustomer(categories=8.0, price=10.0, interval_days=20.0), CostToServe(ticket=5.0, contact=1.0), 73)
GOOD = dict(zip(LEVER_FEATURES, (8.0, 10.0, 20.0, 0.0, np.nan), strict=True))


def lever(*, value: float = 100.0, leaving: float = 0.0, **given: float) -> str | None:
    columns = {name: np.array([each]) for name, each in {**GOOD, **given}.items()}
    place = int(fitting_lever(stakes(columns, TERMS, value=np.array([value]), leaving=np.array([leaving])))[0])
    return None if place < 0 else LEVERS[place]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({}, None),
        ({"leaving": 0.5, "purchases_categories_365d": 6.0}, "retention"),
        ({"leaving": 0.2, "purchases_categories_365d": 4.0}, "cross_sell"),
        ({"purchases_unit_price_365d": 7.0}, "up_sell"),
        ({"purchases_gap_mean_days": 35.0}, "purchase_interval"),
        ({"tickets_count_365d": 10.0, "tickets_contacts_mean_365d": 4.0}, "cost_to_serve"),
        ({"value": -40.0, "leaving": 0.9, "tickets_count_365d": 10.0}, "cost_to_serve"),
        ({name: float("nan") for name in LEVER_FEATURES}, None),
    ],
)
def test_the_lever_is_where_the_most_money_is_at_stake(figures: dict[str, Any], expected: str | None) -> None:
    assert lever(**figures) == expected


def test_serving_costs_what_the_company_says_in_the_share_of_the_year() -> None:
    columns = {name: np.array([each]) for name, each in {**GOOD, "tickets_count_365d": 10.0}.items()}

    found = stakes(columns, TERMS, value=np.array([0.0]))

    assert found["cost_to_serve"].tolist() == [pytest.approx(10 * 6.0 * 73 / 365)]


def test_a_good_customer_is_where_the_best_quarter_begins() -> None:
    columns = {name: np.arange(5.0) for name in LEVER_FEATURES}

    assert GoodCustomer.of(columns) == GoodCustomer(3.0, 3.0, 1.0)


def test_where_nothing_is_known_of_anybody_nothing_is_at_stake() -> None:
    columns = {name: np.full(3, np.nan) for name in LEVER_FEATURES}
    terms = LeverTerms(GoodCustomer.of(columns), CostToServe(), 90)

    assert fitting_lever(stakes(columns, terms, value=np.full(3, 9.0))).tolist() == [-1, -1, -1]
