"""Usage and adoption: what each feature says of a customer whose uses can be counted by hand."""

from __future__ import annotations

import math

import pytest


def uses(*ages, **columns):
    return [{"occurred_at": age, **columns} for age in ages]


def test_a_fall_in_use_shows_against_the_month_before(features_of):
    found = features_of(usage=uses(50, 45, 40, 35, 20))

    assert (found["usage_count_30d_ratio"], found["usage_active_days_30d_ratio"]) == (0.25, 0.25)
    assert math.isnan(features_of(usage=uses(20))["usage_count_30d_ratio"])


def test_a_steady_customer_has_the_usual_momentum_and_a_fading_one_less(features_of):
    steady, fading = (features_of(usage=uses(*range(last, 900)))["usage_momentum"] for last in (1, 30))

    assert steady == pytest.approx(1, abs=0.03)
    assert fading < 0.3


def test_gaps_are_between_days_of_use_however_often_a_day(features_of):
    found = features_of(usage=uses(20.5, 20.4, 10.5, 0.5))

    assert (found["usage_gap_mean_days"], found["usage_gap_std_days"], found["usage_gap_variation"]) == (10, 0, 0)
    assert found["usage_recency_over_gap"] == pytest.approx(0.1)


def test_users_who_left_show_in_the_share_kept(features_of):
    found = features_of(usage=[*uses(80, 70, user_id="ann"), *uses(60, 10, user_id="bob"), *uses(5)])

    assert (found["usage_users_90d"], found["usage_users_kept_30d"]) == (2, 0.5)
    assert found["usage_user_entropy_90d"] == 1
    assert found["usage_count_per_user_30d"] == 1


def test_deep_features_are_those_the_company_names(features_of):
    found = features_of(usage=[*uses(20, 10, 5, feature="automation", user_id="ann"), *uses(1)])

    assert (found["usage_deep_share_30d"], found["usage_deep_breadth_90d"], found["usage_deep_users_90d"]) == (0.75, 1, 1)
    assert found["usage_breadth_kept_90d"] == 1
