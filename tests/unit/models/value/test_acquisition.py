"""What winning customers cost beside what they bring, by channel and cohort."""

from __future__ import annotations

import numpy as np

from models.value.acquisition import Acquired, by_channel_and_cohort


def test_each_channel_and_cohort_has_its_line_and_unknown_costs_none() -> None:
    acquired = Acquired(
        channels=np.array(["web", "web", "fair", "web"]),
        cohorts=np.array(["2025-Q1", "2025-Q2", "2025-Q1", "2025-Q2"]),
        cost=np.array([10.0, 20.0, np.nan, 20.0]),
        so_far=np.array([5.0, 30.0, 8.0, np.nan]),
        expected=np.array([10.0, 40.0, 9.0, 0.0]),
    )

    found = by_channel_and_cohort(acquired)

    assert [(line.channel, line.cohort, line.customers) for line in found] == [("web", "2025-Q1", 1), ("web", "2025-Q2", 2)]
    assert [(line.clv_to_cac, line.life_to_cac, line.paid_back) for line in found] == [(1.0, 1.5, 0.0), (1.0, 1.75, 0.5)]


def test_a_company_that_knows_no_cost_gets_no_line() -> None:
    nothing = np.full(2, np.nan)

    assert by_channel_and_cohort(Acquired(np.array(["a", "b"]), np.array(["x", "x"]), nothing, nothing, nothing)) == []
