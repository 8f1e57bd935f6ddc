"""Which 44 features are measured, at which moments, and when do two answers count as equal."""

from __future__ import annotations

from features.times import DAY, month_starts, parse_time

BEGIN, END = parse_time("2024-01-01"), parse_time("2026-01-01")
"""The two years of history that are drawn."""
FURTHER_DAYS = 30
"""How many days follow, each delivered by itself."""
MOMENTS = tuple(month_starts(BEGIN + DAY, END))
"""The 24 month starts a snapshot may be asked for, oldest first; of fewer, the latest."""

NAMES = (
    "tenure_days",
    *(f"usage_count_{window}" for window in ("7d", "30d", "90d", "365d", "lifetime")),
    *(f"usage_active_days_{days}d" for days in (30, 90)),
    *(f"usage_breadth_{days}d" for days in (30, 90)),
    "usage_users_30d",
    *(f"usage_quantity_{days}d" for days in (30, 90)),
    "usage_days_since_last",
    "usage_decayed_45d",
    "usage_slope_30w",
    "usage_week_vs_30w",
    *(f"tickets_count_{days}d" for days in (30, 90, 365)),
    "tickets_open",
    *(f"tickets_complaints_{days}d" for days in (90, 365)),
    "tickets_days_since_last",
    "tickets_first_contact_share_365d",
    "tickets_answered_24h_share_365d",
    "tickets_waiting_over_5min_share_365d",
    "tickets_hand_overs_mean_365d",
    *(f"purchases_count_{window}" for window in ("30d", "90d", "365d", "lifetime")),
    *(f"purchases_days_{window}" for window in ("365d", "lifetime")),
    *(f"purchases_revenue_{window}" for window in ("30d", "90d", "365d", "lifetime")),
    "purchases_refunds_365d",
    "purchases_categories_365d",
    "purchases_days_since_last",
    "purchases_days_since_first",
    "purchases_gap_mean_days",
    "purchases_recency_over_gap",
)
"""The benchmark's 44 features: counts, sums, active days, breadth, recency, decay, slope, masked shares of tickets, RFM, gaps."""

SMOOTH = {"usage_decayed_45d": 1e-6, "usage_slope_30w": 1e-6}
"""Relative tolerance where engines may add irrational weights in another order; every other cell is equal to float32."""


PEERS_READ = ("customers", "usage", "tickets", "purchases")
"""The sources the 44 features come from."""
