"""What a company makes of its predictions: a category and a lever for each customer, and none where something is not known."""

from __future__ import annotations

import numpy as np

from features.company import Company, default_company_text, read_company
from features.times import DAY, parse_time
from models.assembly import People, PopulationReferences, judged_columns
from models.rows import FloatArray
from models.value.levers import LEVERS

AS_OF = parse_time("2026-01-01")
SHOP = read_company(default_company_text("activity"))
VALUE = np.array([-5.0, 10.0, 20.0, 30.0, 40.0, np.nan])
KNOWN = {
    "purchases_categories_365d": (1, 1, 2, 6, 6, 6),
    "purchases_revenue_90d": (0, 30, 90, 90, 90, 90),
    "purchases_revenue_365d": (0, 400, 100, 100, 100, 100),
}


def company(rules: dict[str, str]) -> Company:
    """Return the shop with value categories of these rules, asked in this order."""
    text = default_company_text("activity")
    head, _, rest = text.partition("[[value_categories]]")
    tail = rest[rest.index("[rfmt]") :]
    blocks = [
        f'[[value_categories]]\nname = "{name}"\nrule = "{rule}"\ntreatment = "serve"\ntext = "so"\n'
        for name, rule in rules.items()
    ]
    return read_company("\n".join([head, *blocks, tail]))


def people(business: Company = SHOP) -> People:
    names = business.catalogue.names
    matrix = np.full((len(VALUE), len(names)), np.nan, dtype=np.float32)
    for name, values in KNOWN.items():
        matrix[:, names.index(name)] = values
    return People(business, AS_OF, names, matrix, np.ones(len(VALUE), np.bool_))


def judged(told: dict[str, FloatArray], business: Company = SHOP) -> dict[str, FloatArray]:
    """Judge everybody, held against themselves."""
    everybody = people(business)
    return judged_columns(everybody, told, references=PopulationReferences.fit(everybody, told))


def said(**given: FloatArray) -> dict[str, FloatArray]:
    """Return what is said of everybody: value, and what rules say without a model."""
    unknown = np.full(len(VALUE), np.nan)
    since = np.full(len(VALUE), float(AS_OF - 30 * DAY))
    stages = {f"stage_{SHOP.default_stage_set}_since": since, "health_score": np.array([20.0, 40, 60, 80, 90, 95])}
    return {"value_90": VALUE, "value_clv_to_cac": unknown, **stages, **given}


def names_of(places: FloatArray, business: Company = SHOP) -> list[str | None]:
    return [None if place != place else business.value_categories[int(place)].name for place in places]


def test_the_first_rule_that_holds_gives_the_category_and_who_has_no_value_gets_none() -> None:
    found = judged(said())["value_category"]

    assert names_of(found) == ["below_zero", "standard", "high_potential", "high_potential", "high_performance", None]


def test_rules_may_name_every_score_that_is_brought() -> None:
    business = company({"ill": "health_score < 50", "settled": "days_in_stage = 30 AND rfmt_score >= 0", "rest": "TRUE"})

    found = judged(said(), business)["value_category"]

    assert names_of(found, business) == ["ill", "ill", "settled", "settled", "settled", None]


def test_a_rule_on_a_score_that_no_live_model_brings_leaves_everybody_without_a_category() -> None:
    business, leaving = company({"leaving": "churn_probability > 0.5", "rest": "TRUE"}), np.array([0.9, 0.1, 0.9, 0.1, 0.1, 0.9])

    assert np.isnan(judged(said(), business)["value_category"]).all()
    known = judged(said(churn_90=leaving), business)["value_category"]
    assert names_of(known, business) == ["leaving", "rest", "leaving", "rest", "rest", None]


def test_the_lever_is_where_the_most_money_is_at_stake() -> None:
    leaving = np.array([0.9, np.nan, 0.1, 0.5, 0.0, 0.9])

    places = judged(said(churn_90=leaving))["value_lever"]

    found = [None if place != place else LEVERS[int(place)] for place in places]
    assert found == [None, "cross_sell", "cross_sell", "retention", None, None]


def test_without_a_churn_model_no_lever_is_named() -> None:
    assert np.isnan(judged(said())["value_lever"]).all()


def test_without_a_value_model_no_value_is_judged() -> None:
    without = {name: column for name, column in said(churn_90=VALUE).items() if name != "value_90"}

    assert sorted(judged(without)) == ["days_in_stage", "rfmt_score"]
