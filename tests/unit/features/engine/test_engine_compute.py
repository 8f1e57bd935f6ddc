"""What the engine gives for one customer, on histories small enough to be checked by hand."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from features.catalogue import CATALOGUE, Catalogue
from features.engine.compute import NotOneCustomer, compute_customer
from features.engine.history import RowsOutOfOrder
from features.language.feature import Feature
from features.language.formulas import Rows
from features.times import DAY, HOUR, parse_time

AS_OF = parse_time("2026-03-01")
TIME = pa.timestamp("us", "UTC")
usage, tickets, purchases = Rows("usage"), Rows("tickets"), Rows("purchases")


def table(**columns):
    """Rows of one customer; columns named `..._at` are moments, rows are known when they happen unless said otherwise."""
    size = len(next(iter(columns.values())))
    first = next(values for name, values in columns.items() if name.endswith("_at"))
    columns = {"customer_id": ["c1"] * size, "known_at": first, "superseded_at": [None] * size} | columns
    return pa.table({name: pa.array(values, TIME if name.endswith("_at") else None) for name, values in columns.items()})


def value(formula, as_of=AS_OF, **rows):
    return float(compute_customer(Catalogue((Feature("one", formula, ""),)), rows, [as_of])[0, 0])


def features_of(**rows):
    return dict(zip(CATALOGUE.names, compute_customer(CATALOGUE, rows, [AS_OF])[0].tolist(), strict=True))


def test_an_event_at_the_cut_off_belongs_to_the_future():
    rows = table(occurred_at=[AS_OF - 1, AS_OF])

    assert value(usage.count(), usage=rows) == 1
    assert value(usage.count(), AS_OF + 1, usage=rows) == 2


def test_a_window_begins_with_the_event_at_its_edge():
    rows = table(occurred_at=[AS_OF - 7 * DAY - 1, AS_OF - 7 * DAY])

    assert value(usage.count(days=7), usage=rows) == 1


def test_an_event_counts_only_once_it_is_known():
    rows = table(occurred_at=[AS_OF - 3 * DAY], known_at=[AS_OF])

    assert value(usage.count(), usage=rows) == 0
    assert value(usage.count(), AS_OF + 1, usage=rows) == 1


def test_a_correction_replaces_what_it_corrects_from_the_moment_it_is_known():
    corrected_at = AS_OF - DAY
    rows = table(
        occurred_at=[AS_OF - 9 * DAY] * 2,
        known_at=[AS_OF - 9 * DAY, corrected_at],
        superseded_at=[corrected_at, None],
        quantity=[1.0, 5.0],
    )

    assert value(usage.sum(usage["quantity"]), corrected_at, usage=rows) == 1
    assert value(usage.sum(usage["quantity"]), corrected_at + 1, usage=rows) == 5


def test_a_correction_into_the_future_takes_the_event_away_until_it_happens():
    known_at = AS_OF - 5 * DAY
    rows = table(occurred_at=[AS_OF - 9 * DAY, AS_OF], known_at=[AS_OF - 9 * DAY, known_at], superseded_at=[known_at, None])

    assert [value(usage.count(), at, usage=rows) for at in (known_at, AS_OF, AS_OF + 1)] == [1, 0, 1]


def test_a_ticket_is_open_until_its_resolution_is_past():
    rows = table(opened_at=[AS_OF - 4 * DAY], resolved_at=[AS_OF], contacts=[1.0])
    first_contact = tickets.share(tickets["contacts"].equals(1), where=tickets["resolved_at"].known())

    assert value(tickets.count(where=~tickets["resolved_at"].known()), tickets=rows) == 1
    assert value(tickets.count(where=~tickets["resolved_at"].known()), AS_OF + 1, tickets=rows) == 0
    assert math.isnan(value(first_contact, tickets=rows))
    assert value(first_contact, AS_OF + 1, tickets=rows) == 1


@pytest.mark.parametrize(
    ("answered_after", "asked_after", "expected"),
    [(5, 4, math.nan), (5, 6, 1.0), (24, 25, 1.0), (30, 24, math.nan), (30, 25, 0.0), (None, 23, math.nan), (None, 25, 0.0)],
)
def test_an_answer_within_24_hours_is_known_with_the_answer_or_when_24_hours_are_over(answered_after, asked_after, expected):
    opened = AS_OF - 100 * HOUR
    answer = None if answered_after is None else opened + answered_after * HOUR
    rows = table(opened_at=[opened], first_response_at=[answer])

    share = value(tickets.share(tickets["first_response_at"].within(hours=24)), opened + asked_after * HOUR, tickets=rows)

    assert share == pytest.approx(expected, nan_ok=True)


def test_of_two_values_at_one_time_the_last_in_storage_order_is_the_newest():
    rows = table(occurred_at=[AS_OF - DAY] * 2, quantity=[3.0, 4.0])

    assert value(usage.last(usage["quantity"]), usage=rows) == 4


def test_a_sum_without_one_known_value_is_missing_and_a_sum_of_nothing_is_zero():
    rows = table(occurred_at=[AS_OF - 9 * DAY], quantity=pa.array([None], pa.float64()))

    assert math.isnan(value(usage.sum(usage["quantity"]), usage=rows))
    assert value(usage.sum(usage["quantity"], days=7), usage=rows) == 0


def test_the_rhythm_of_purchases_is_counted_in_days():
    bought = [AS_OF - 10 * DAY + HOUR, AS_OF - 10 * DAY + 5 * HOUR, AS_OF - 6 * DAY + HOUR, AS_OF - 3 * DAY + 23 * HOUR]
    row = features_of(purchases=table(occurred_at=bought, kind=["order"] * 4))

    assert (row["purchases_count_lifetime"], row["purchases_days_lifetime"]) == (4, 3)
    assert (row["purchases_days_since_first"], row["purchases_days_since_last"]) == (10, 3)
    assert row["purchases_gap_mean_days"] == 3.5
    assert row["purchases_gap_std_days"] == pytest.approx(math.sqrt(0.5))
    assert row["purchases_decayed_14d"] == pytest.approx(0.5 ** (10 / 14) + 0.5 ** (6 / 14) + 0.5 ** (3 / 14))


def test_a_contract_runs_from_its_newest_term_and_may_be_overdue():
    rows = table(
        occurred_at=[AS_OF - 400 * DAY, AS_OF - 370 * DAY, AS_OF - DAY],
        kind=["order", "renewal", "cancellation"],
        term_days=[30.0, 365.0, None],
    )
    row = features_of(purchases=rows)

    assert (row["contract_days_left"], row["contract_cancelled"]) == (-5, 1)


def test_a_stranger_has_counts_of_zero_and_the_rest_missing():
    row = features_of()

    assert row["usage_count_lifetime"] == 0
    assert math.isnan(row["tenure_days"])


def test_moments_are_answered_in_the_order_asked():
    rows = {"usage": table(occurred_at=[AS_OF - 3 * DAY, AS_OF - DAY])}
    asked = [AS_OF, AS_OF - 2 * DAY, AS_OF]

    answers = compute_customer(CATALOGUE.only(["usage_count_lifetime"]), rows, asked)

    assert answers[:, 0].tolist() == [2, 1, 2]


def test_text_may_come_dictionary_encoded():
    plain = table(occurred_at=[AS_OF - DAY] * 4, kind=["refund", None, "order", "order"], category=["b", "a", None, "a"])
    coded = plain.set_column(4, "kind", plain["kind"].dictionary_encode()).set_column(
        5, "category", plain["category"].dictionary_encode()
    )

    rows = [compute_customer(CATALOGUE, {"purchases": each}, [AS_OF]) for each in (plain, coded)]

    assert rows[0].tobytes() == rows[1].tobytes()
    assert rows[0][0, CATALOGUE.names.index("purchases_categories_365d")] == 1


def test_unsorted_rows_are_refused():
    with pytest.raises(RowsOutOfOrder, match="usage"):
        value(usage.count(), usage=table(occurred_at=[AS_OF - DAY, AS_OF - 2 * DAY]))


def test_rows_of_two_customers_are_no_customer():
    with pytest.raises(NotOneCustomer, match="those of 2"):
        value(usage.count(), usage=table(occurred_at=[AS_OF - DAY] * 2, customer_id=["c1", "c2"]))
