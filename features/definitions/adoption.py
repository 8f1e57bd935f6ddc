"""How much of the use is of the features that are hard to replace: a company names them, so the company file brings these."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

usage = Rows("usage")


def features_of_depth(deep_features: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return the features about the use of these features of the product; none where a company names none."""
    if not deep_features:
        return ()
    deep = usage["feature"].is_in(*deep_features)
    return (
        *(
            Feature(
                f"usage_deep_count_{days}d",
                usage.count(days=days, where=deep),
                f"Uses of deep features of the product in the last {days} days.",
                Reading("uses"),
            )
            for days in (30, 90)
        ),
        *(
            Feature(
                f"usage_deep_share_{days}d",
                usage.share(deep, days=days),
                f"Of the uses of the last {days} days: share of deep features of the product.",
                Reading("share", high=1.0, missing="no use in that window"),
            )
            for days in (30, 90)
        ),
        Feature(
            "usage_deep_days_since_last",
            usage.days_since_last(where=deep),
            "Days since a deep feature of the product was last used.",
            Reading("days", missing="never used one"),
        ),
    )
