"""Which category a customer is in: the first whose rule holds."""

from __future__ import annotations

import numpy as np

from features.company import default_company_text, read_company
from features.references.ladders import Ladder
from features.rules.rule import parse_rule
from models.value.categories import NONE, category_places, value_columns

CATEGORIES = read_company(default_company_text("default")).value_categories
COLUMNS = {
    "expected_margin": np.array([-3.0, 900.0, 300.0, 300.0, np.nan]),
    "value_percentile": np.array([1.0, 95.0, 60.0, 60.0, np.nan]),
    "usage_slope_30w": np.array([1.0, np.nan, 0.2, np.nan, np.nan]),
    "tenure_days": np.array([400.0, 400.0, 400.0, np.nan, np.nan]),
}


def test_the_first_rule_that_holds_names_the_category_and_an_unknown_one_does_not_hold() -> None:
    places = category_places(CATEGORIES, COLUMNS, rows=5)

    names = [CATEGORIES[place].name for place in places]
    assert names == ["below_zero", "high_performance", "high_potential", "standard", "standard"]


def test_who_no_rule_fits_is_in_no_category() -> None:
    rule = parse_rule("expected_margin > 500", {"expected_margin"})
    rich = CATEGORIES[0].model_copy(update={"name": "rich", "rule": rule})

    assert category_places([rich], COLUMNS, rows=5).tolist() == [NONE, 0, NONE, NONE, NONE]


def test_rules_read_the_percentile_among_all_customers() -> None:
    value = np.array([0.0, 10.0, 20.0, 30.0])

    columns = value_columns(value, np.full(4, np.nan), Ladder.of(value))

    assert columns["value_percentile"].tolist() == [12.5, 37.5, 62.5, 87.5]
