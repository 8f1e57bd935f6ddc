"""One flat row a customer: what is known stands in its column, what is not is absent."""

from __future__ import annotations

import msgspec

from benchmarks.deciding_states import company_with, decidable
from features.times import DAY
from serving.answering.flat import FLAT_COLUMNS, flat_customer
from serving.live.state import open_live_state


def row_of(publisher, customer_id="c1", *, chance=0.25, **columns):
    beside = {**decidable(), **columns}
    live = publisher.store({customer_id: chance, "other": 0.5}, company_text=company_with(10), beside=beside)
    state = open_live_state(publisher.home, live, with_trial=False)
    return flat_customer(state, state.find(customer_id))


def test_a_row_says_what_the_parts_of_the_answer_say(publisher):
    row = row_of(publisher)

    assert (row.customer_id, row.stage, row.churn_probability) == ("c1", "growth", 0.25)
    assert (row.value_expected_margin, row.value_currency, row.health_score) == (300.0, "EUR", 70.0)


def test_margin_at_risk_is_the_chance_to_leave_times_what_the_customer_brings(publisher):
    assert row_of(publisher).margin_at_risk == 75.0


def test_who_is_not_at_risk_has_neither_a_chance_nor_margin_at_risk(publisher):
    row = row_of(publisher, chance=float("nan"), **{"churn_low": 0.1})

    assert (row.churn_probability, row.churn_band, row.margin_at_risk) == (None, None, None)
    assert b"churn" not in msgspec.json.encode(row)


def test_alerts_that_stand_are_told_by_code(publisher):
    row = row_of(publisher, alert_usage_falling=float(5 * DAY), alert_update_overdue=float("nan"), alert_no_value_seen=0.0)

    assert row.alerts == "usage_falling;no_value_seen"


def test_every_column_says_what_stands_in_it():
    assert [column.name for column in FLAT_COLUMNS][:3] == ["customer_id", "as_of", "stage"]
    assert all(column.about.endswith(".") and column.kind in {"text", "number", "whole", "flag"} for column in FLAT_COLUMNS)
