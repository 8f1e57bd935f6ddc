"""Purchases and contract: shares, ratios and prices that can be worked out on paper."""

from __future__ import annotations

import math

import pytest


def bought(age, revenue=None, **columns):
    return {"occurred_at": age, "kind": "order", "revenue": revenue, **columns}


def test_refunds_are_a_share_of_what_was_bought(features_of):
    found = features_of(purchases=[bought(50, 80.0), bought(40, 20.0), bought(30, -25.0, kind="refund")])

    assert (found["purchases_refund_share_365d"], found["purchases_revenue_365d"]) == (0.25, 75)
    assert found["purchases_days_since_refund"] == 30


def test_nothing_sent_back_is_a_share_of_zero(features_of):
    assert features_of(purchases=[bought(50, 80.0)])["purchases_refund_share_365d"] == 0


def test_the_margin_share_is_of_lines_that_have_both(features_of):
    found = features_of(purchases=[bought(50, 80.0, margin=20.0), bought(40, 1_000.0), bought(30, margin=7.0)])

    assert found["purchases_margin_share_365d"] == 0.25


def test_a_risen_price_shows_a_unit(features_of):
    found = features_of(purchases=[bought(200, 40.0, quantity=4.0), bought(20, 24.0, quantity=2.0), bought(10, 99.0)])

    assert found["purchases_unit_price_90d_ratio"] == pytest.approx(1.2)
    assert found["purchases_unit_price_365d"] == pytest.approx(64 / 6)


def test_revenue_is_compared_with_the_same_time_before(features_of):
    found = features_of(purchases=[bought(400, 50.0), bought(200, 60.0), bought(100, 40.0), bought(10, 20.0)])

    assert (found["purchases_revenue_90d_ratio"], found["purchases_revenue_365d_ratio"]) == (0.5, pytest.approx(2.4))


def test_a_contract_brings_its_newest_term(features_of):
    found = features_of(purchases=[bought(400, 365.0, term_days=365.0), bought(20, 45.0, kind="renewal", term_days=30.0)])

    assert (found["contract_revenue_30d"], found["contract_term_days"], found["contract_days_left"]) == (45, 30, 10)
    assert (found["purchases_renewals_365d"], found["purchases_days_since_renewal"]) == (1, 20)


def test_who_never_had_a_contract_has_no_figures_of_one(features_of):
    found = features_of(purchases=[bought(20, 45.0)])

    assert all(math.isnan(number) for name, number in found.items() if name.startswith("contract_"))
