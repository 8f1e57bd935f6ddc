"""How is the product used: how often, how lately, how broadly, by how many people, and whether that rises or falls."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

usage = Rows("usage")

_SEASON_WEEKS = 30

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(f"usage_count_{days}d", usage.count(days=days), f"Uses of the product in the last {days} days.", Reading("uses"))
        for days in (7, 30, 90, 365)
    ),
    Feature("usage_count_lifetime", usage.count(), "Uses of the product so far.", Reading("uses")),
    *(
        Feature(
            f"usage_active_days_{days}d",
            usage.distinct_days(days=days),
            f"UTC days with a use in the last {days} days.",
            # a window that begins in mid-day touches one day more
            Reading("days", high=days + 1),
        )
        for days in (30, 90)
    ),
    *(
        Feature(
            f"usage_breadth_{days}d",
            usage.distinct(usage["feature"], days=days),
            f"Different features of the product used in the last {days} days.",
            Reading("features of the product"),
        )
        for days in (30, 90)
    ),
    *(
        Feature(
            f"usage_users_{days}d",
            usage.distinct(usage["user_id"], days=days),
            f"Different users at the customer in the last {days} days, of uses that name one.",
            Reading("users"),
        )
        for days in (30, 90)
    ),
    *(
        Feature(
            f"usage_quantity_{days}d",
            usage.sum(usage["quantity"], days=days),
            f"Quantity used in the last {days} days, in the features' own units.",
            Reading("units", missing="there were uses, none with a quantity"),
        )
        for days in (30, 90)
    ),
    Feature(
        "usage_days_since_last",
        usage.days_since_last(),
        "Days since the last use.",
        Reading("days", missing="never used"),
    ),
    Feature(
        "usage_days_since_first",
        usage.days_since_first(),
        "Days since the first use.",
        Reading("days", missing="never used"),
    ),
    *(
        Feature(
            f"usage_decayed_{days}d",
            usage.decayed(half_life=days),
            f"Uses so far, a use counting half after {days} days, a quarter after {2 * days}.",
            Reading("uses", origin="exponential smoothing of a point process"),
        )
        for days in (14, 45, 120)
    ),
    Feature(
        "usage_slope_30w",
        usage.weekly_slope(weeks=_SEASON_WEEKS),
        "By how many uses a week the weekly uses rose (below 0: fell) from week to week over the last 30 weeks.",
        Reading("uses a week, per week", low=None, origin="ordinary least squares over weekly counts"),
    ),
    Feature(
        "usage_week_vs_30w",
        usage.count(days=7) * _SEASON_WEEKS / usage.count(days=7 * _SEASON_WEEKS),
        "Uses of the last 7 days, as a multiple of the average week of the last 30 weeks.",
        Reading("average weeks", high=_SEASON_WEEKS, missing="not used in the last 30 weeks"),
    ),
)
