"""How is the product used: how often, how lately, how regularly, and whether that rises or falls."""

from __future__ import annotations

from features.definitions.rhythm import Rhythm
from features.language.feature import Feature, Reading
from features.language.formulas import Rows

usage = Rows("usage")

_SEASON_WEEKS = 30
_NEVER_USED = "never used"
_SINCE = Reading("days", missing=_NEVER_USED)
_SMOOTHING = "exponential smoothing of a point process"

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
        for days in (7, 30, 90, 365)
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
        "usage_quantity_mean_90d",
        usage.mean(usage["quantity"], days=90),
        "Quantity of a use of the last 90 days, on average.",
        Reading("units", missing="no use with a quantity in the last 90 days"),
    ),
    Feature(
        "usage_count_per_active_day_30d",
        usage.count(days=30) / usage.distinct_days(days=30),
        "Uses on a day with a use, on average over the last 30 days.",
        Reading("uses", low=1.0, missing="not used in the last 30 days"),
    ),
    Feature("usage_days_since_last", usage.days_since_last(), "Days since the last use.", _SINCE),
    Feature("usage_days_since_first", usage.days_since_first(), "Days since the first use.", _SINCE),
    *Rhythm("usage", "day of use", usage).features(),
    Feature(
        "usage_streak_weeks",
        usage.weekly_streak(),
        "Weeks in a row with a use, counted back from now; 0 if there was none in the last 7 days.",
        Reading("weeks"),
    ),
    *(
        Feature(
            f"usage_count_{days}d_ratio",
            usage.count(days=days) / usage.count(days=days, skip=days),
            f"Uses of the last {days} days, as a multiple of those of the {days} days before.",
            Reading("multiple", missing=f"not used in the {days} days before"),
        )
        for days in (30, 90)
    ),
    Feature(
        "usage_active_days_30d_ratio",
        usage.distinct_days(days=30) / usage.distinct_days(days=30, skip=30),
        "Days with a use of the last 30 days, as a multiple of those of the 30 days before.",
        Reading("multiple", high=31.0, missing="not used in the 30 days before"),
    ),
    *(
        Feature(
            f"usage_decayed_{days}d",
            usage.decayed(half_life=days),
            f"Uses so far, a use counting half after {days} days, a quarter after {2 * days}.",
            Reading("uses", origin=_SMOOTHING),
        )
        for days in (14, 45, 120)
    ),
    Feature(
        "usage_momentum",
        usage.decayed(half_life=14) * (120 / 14) / usage.decayed(half_life=120),
        "Rate of use of late (half-life 14 days), as a multiple of the usual rate (half-life 120 days).",
        Reading("multiple", high=120 / 14, missing=_NEVER_USED, origin=_SMOOTHING),
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
