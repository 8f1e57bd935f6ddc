"""How widely is the product used: by how many people, in how many of its features, and in those that are hard to replace.

Which features are hard to replace a company says itself, so the company file brings these.
"""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Condition, Rows

usage = Rows("usage")

_feature, _user = usage["feature"], usage["user_id"]
_NO_USER = "no use that names a user in the last 90 days"
_NO_USE = "not used in the last 90 days"
_ENTROPY = "Shannon entropy"

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"usage_breadth_{days}d",
            usage.distinct(_feature, days=days),
            f"Different features of the product used in the last {days} days.",
            Reading("features of the product"),
        )
        for days in (30, 90, 365)
    ),
    Feature(
        "usage_breadth_kept_90d",
        usage.distinct(_feature, days=90) / usage.distinct(_feature),
        "Of the features of the product ever used: share used in the last 90 days.",
        Reading("share", high=1.0, missing="never used"),
    ),
    Feature(
        "usage_feature_entropy_90d",
        usage.entropy(_feature, days=90),
        "How evenly the uses of the last 90 days spread over features of the product: 0 all of one, n bits as even over 2^n.",
        Reading("bits", missing=_NO_USE, origin=_ENTROPY),
    ),
    *(
        Feature(
            f"usage_users_{days}d",
            usage.distinct(_user, days=days),
            f"Different users at the customer in the last {days} days, of uses that name one.",
            Reading("users"),
        )
        for days in (30, 90, 365)
    ),
    Feature(
        "usage_users_kept_30d",
        usage.distinct(_user, days=30) / usage.distinct(_user, days=90),
        "Of the users of the last 90 days: share who used the product in the last 30.",
        Reading("share", high=1.0, missing=_NO_USER),
    ),
    Feature(
        "usage_user_entropy_90d",
        usage.entropy(_user, days=90),
        "How evenly the uses of the last 90 days spread over users: 0 if all hang on one person, n bits as even over 2^n.",
        Reading("bits", missing=_NO_USER, origin=_ENTROPY),
    ),
    Feature(
        "usage_count_per_user_30d",
        usage.count(days=30, where=_user.known()) / usage.distinct(_user, days=30),
        "Uses a user, on average over the last 30 days, of uses that name one.",
        Reading("uses", low=1.0, missing="no use that names a user in the last 30 days"),
    ),
)


def features_of_depth(deep_features: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return the features about the use of these features of the product; none where a company names none."""
    if not deep_features:
        return ()
    deep = _feature.is_in(*deep_features)
    return (*_how_deep(deep), *_how_widely(deep, deep_features))


def _how_deep(deep: Condition) -> tuple[Feature, ...]:
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


def _how_widely(deep: Condition, deep_features: tuple[str, ...]) -> tuple[Feature, ...]:
    return (
        Feature(
            "usage_deep_breadth_90d",
            usage.distinct(_feature, days=90, where=deep),
            "Different deep features of the product used in the last 90 days.",
            Reading("features of the product", high=float(len(deep_features))),
        ),
        Feature(
            "usage_deep_users_90d",
            usage.distinct(_user, days=90, where=deep),
            "Different users of deep features of the product in the last 90 days, of uses that name one.",
            Reading("users"),
        ),
    )
