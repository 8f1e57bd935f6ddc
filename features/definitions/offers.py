"""What was offered, and what did the customer say: offers shown, accepted, declined, by kind and by channel, and how long ago.

Only what the customer really saw counts as shown. An acceptance that was fulfilled, or reversed later, was an acceptance. Windows
go by the moment of the decision.
"""

from __future__ import annotations

from features.contracts.sources import SOURCES
from features.language.feature import Feature, Reading, code_of
from features.language.formulas import Condition, Rows

offers = Rows("offers")

_shown = offers["shown_at"].known()
_accepted = offers["outcome"].is_in("accepted", "fulfilled", "reversed")
_declined = offers["outcome"].equals("declined")
_ANSWERS = (("shown", _shown, "shown to"), ("accepted", _accepted, "accepted by"), ("declined", _declined, "declined by"))


def _answers(name: str, which: str, where: Condition) -> tuple[Feature, ...]:
    return tuple(
        Feature(
            f"offers_{name}_{answer}_365d",
            offers.count(days=365, where=where & condition),
            f"Of the {which} in the last 365 days: how many were {by} the customer.",
            Reading("offers"),
        )
        for answer, condition, by in _ANSWERS
    )


FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"offers_shown_{days}d",
            offers.count(days=days, where=_shown),
            f"Offers of the last {days} days shown to the customer.",
            Reading("offers", origin="contact pressure"),
        )
        for days in (7, 30, 90, 365)
    ),
    *(
        Feature(
            f"offers_{name}_{days}d",
            offers.count(days=days, where=answer),
            f"Offers of the last {days} days {by} the customer.",
            Reading("offers"),
        )
        for name, answer, by in _ANSWERS[1:]
        for days in (90, 365)
    ),
    Feature(
        "offers_acceptance_share_365d",
        offers.share(_accepted, where=_accepted | _declined, days=365),
        "Of the offers of the last 365 days that the customer accepted or declined: share accepted.",
        Reading("share", high=1.0, missing="none accepted or declined in the last 365 days"),
    ),
    Feature(
        "offers_days_since_shown",
        offers.days_since_last(offers["shown_at"], where=_shown),
        "Days since an offer was last shown.",
        Reading("days", missing="never shown one"),
    ),
    *(
        Feature(
            f"offers_days_since_{name}",
            offers.days_since_last(offers["outcome_at"], where=answer),
            f"Days since it was known what became of the newest offer {by} the customer.",
            Reading("days", missing=f"never {name} one"),
        )
        for name, answer, by in _ANSWERS[1:]
    ),
    Feature(
        "offers_reversed_365d",
        offers.count(days=365, where=offers["outcome"].equals("reversed")),
        "Offers of the last 365 days whose acceptance was reversed.",
        Reading("offers"),
    ),
    Feature(
        "offers_distinct_90d",
        offers.distinct(offers["offer_id"], days=90, where=_shown),
        "Different offers among those of the last 90 days shown to the customer.",
        Reading("offers"),
    ),
    code_of(
        "decline_reason",
        offers.last_code(offers["outcome_reason"], where=_declined),
        "Reason of the newest refusal that has one.",
        missing="never declined one with a reason",
    ),
    *(
        feature
        for kind in SOURCES["offers"].column("kind").choices
        for feature in _answers(kind, f"offers of the kind {kind}", offers["kind"].equals(kind))
    ),
)


def features_of_channels(channels: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return what became of offers made by each of these channels."""
    return tuple(
        feature
        for channel in channels
        for feature in _answers(f"by_{channel}", f"offers made by {channel}", offers["channel"].equals(channel))
    )
