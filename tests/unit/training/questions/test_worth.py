"""What customers are worth together, read from what is live: nobody is counted twice, and no cost is made up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from features.log.store import EventLog
from lifecycle.__main__ import app
from models.bundle import Predictions, load_live, load_public_key, open_predictions
from training.questions.value import worth as worth_room
from training.questions.value.worth import NO_CHANNEL, NoValueLive, Worth, worth_of_customers


@pytest.fixture(scope="module")
def worth(valued_shop: Any) -> Worth:
    return worth_of_customers(valued_shop.home)


def rows(shop: Any, source: str) -> list[dict[str, Any]]:
    log = EventLog.open(shop.home)
    found: list[dict[str, Any]] = pa.concat_tables([log.bucket(source, each) for each in range(log.manifest.buckets)]).to_pylist()
    return found


def test_every_customer_is_in_one_category_and_their_margins_add_up(worth: Worth) -> None:
    assert [group.name for group in worth.categories] == ["below_zero", "high_performance", "high_potential", "standard"]
    assert [group.treatment for group in worth.categories] == ["turn_around", "keep", "develop", "serve"]
    assert sum(group.customers for group in worth.categories) == worth.customers == 150
    assert sum(group.expected_margin for group in worth.categories) == pytest.approx(worth.expected_margin)


def test_the_fifth_worth_most_is_the_category_to_keep(worth: Worth) -> None:
    best = worth.categories[1]

    assert best.customers == pytest.approx(30, abs=2)
    assert best.expected_margin / best.customers > 2 * worth.expected_margin / worth.customers


def test_who_has_no_lever_is_in_no_line(worth: Worth, valued_shop: Any) -> None:
    live = load_live(valued_shop.home, public_key=load_public_key(valued_shop.home), trial=False).predictions

    assert sum(group.customers for group in worth.levers) == np.isfinite(live.column("value_lever")).sum()


def test_only_customers_whose_cost_is_known_are_held_against_it(worth: Worth) -> None:
    assert worth.cost_known == 120
    assert sum(group.cost for group in worth.acquired) == 1200.0
    assert {group.channel for group in worth.acquired} == {"web", "fair", NO_CHANNEL}


def test_a_cohort_is_the_quarter_of_joining_and_what_it_brought_is_in_the_log(worth: Worth, valued_shop: Any) -> None:
    joined = {row["customer_id"]: row["joined_at"] for row in rows(valued_shop, "customers") if row["channel"] == "web"}
    second = {customer for customer, moment in joined.items() if moment.month in (4, 5, 6)}
    costly = {customer for customer in second if int(customer[1:]) % 5}
    brought = sum(row["margin"] for row in rows(valued_shop, "purchases") if row["customer_id"] in costly)

    (line,) = [group for group in worth.acquired if (group.channel, group.cohort) == ("web", "2025-Q2")]

    assert line.customers == len(costly)
    assert line.so_far == pytest.approx(brought, rel=1e-5)


def test_the_command_tells_categories_levers_and_channels(valued_shop: Any) -> None:
    told = CliRunner().invoke(app, ["value"], env={"LIFECYCLE_HOME": str(valued_shop.home.root)}).stdout
    body = json.loads(CliRunner().invoke(app, ["value", "--json"], env={"LIFECYCLE_HOME": str(valued_shop.home.root)}).stdout)

    assert "expected within 90 days, discounted, less cost to serve" in told
    assert "of the 120 customers whose acquisition cost is known" in told
    assert {line["name"] for line in body["categories"]} >= {"high_potential", "standard"}
    assert body["as_of"] == "2025-12-20T00:00:00Z"
    assert {"channel", "cohort", "clv_to_cac", "life_to_cac", "paid_back"} <= set(body["acquired"][0])


def test_where_no_churn_model_answers_levers_are_said_to_be_unknown(valued_shop: Any, monkeypatch: Any) -> None:
    def without_levers(*arguments: Any) -> Predictions:
        found = open_predictions(*arguments)
        matrix = np.where(np.array(found.columns) == "value_lever", np.nan, found.matrix)
        return replace(found, matrix=matrix)

    monkeypatch.setattr(worth_room, "open_predictions", without_levers)

    told = CliRunner().invoke(app, ["value"], env={"LIFECYCLE_HOME": str(valued_shop.home.root)}).stdout

    assert "Levers: known of nobody" in told
    assert "cross_sell" not in told


def test_without_a_live_value_model_the_way_to_one_is_said(valued_shop: Any, trained_shop: Any, monkeypatch: Any) -> None:
    with pytest.raises(NoValueLive, match="lifecycle train value"):
        worth_of_customers(trained_shop.home)
    monkeypatch.setattr(worth_room, "live_models", lambda _: {"churn": "0" * 64})
    with pytest.raises(NoValueLive, match="lifecycle promote value"):
        worth_of_customers(valued_shop.home)


def test_predictions_made_before_values_were_judged_are_to_be_made_anew(valued_shop: Any, monkeypatch: Any) -> None:
    def older(*arguments: Any) -> Predictions:
        found = open_predictions(*arguments)
        return replace(found, columns=tuple(name.replace("value_category", "other") for name in found.columns))

    monkeypatch.setattr(worth_room, "open_predictions", older)

    with pytest.raises(NoValueLive, match="lifecycle score"):
        worth_of_customers(valued_shop.home)
