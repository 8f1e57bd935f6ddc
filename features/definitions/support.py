"""What did the customer need help with, and how were they treated: tickets, as known before they were resolved and after.

Contacts, hand-overs, waiting, abandonment and delight are recorded when a ticket is resolved; shares and averages of them are
over the resolved tickets for which they are recorded.
"""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

tickets = Rows("tickets")

_resolved = tickets["resolved_at"].known()
_complaint = tickets["complaint"]
_year = 365
_NONE_RESOLVED = "no ticket of that window resolved with this recorded"

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"tickets_count_{days}d", tickets.count(days=days), f"Tickets opened in the last {days} days.", Reading("tickets")
        )
        for days in (30, 90, _year)
    ),
    Feature("tickets_count_lifetime", tickets.count(), "Tickets opened so far.", Reading("tickets")),
    Feature("tickets_open", tickets.count(where=~_resolved), "Tickets not resolved yet.", Reading("tickets")),
    Feature(
        "tickets_open_oldest_days",
        tickets.days_since_first(where=~_resolved),
        "Days since the oldest open ticket was opened.",
        Reading("days", missing="no open ticket"),
    ),
    *(
        Feature(
            f"tickets_complaints_{days}d",
            tickets.count(days=days, where=_complaint),
            f"Complaints opened in the last {days} days.",
            Reading("tickets"),
        )
        for days in (90, _year)
    ),
    Feature(
        "tickets_complaints_open",
        tickets.count(where=_complaint & ~_resolved),
        "Complaints not resolved yet.",
        Reading("tickets"),
    ),
    Feature(
        "tickets_days_since_last",
        tickets.days_since_last(),
        "Days since a ticket was last opened.",
        Reading("days", missing="never opened one"),
    ),
    Feature(
        "tickets_days_since_complaint",
        tickets.days_since_last(where=_complaint),
        "Days since the last complaint was opened.",
        Reading("days", missing="never complained"),
    ),
    Feature(
        "tickets_first_contact_share_365d",
        tickets.share(tickets["contacts"].equals(1), where=_resolved, days=_year),
        "Of the tickets of the last 365 days that are resolved: share resolved at the first contact.",
        Reading("share", high=1.0, missing=_NONE_RESOLVED, origin="first contact resolution, the usual contact-centre measure"),
    ),
    Feature(
        "tickets_answered_24h_share_365d",
        tickets.share(tickets["first_response_at"].within(hours=24), days=_year),
        "Of the tickets of the last 365 days answered, or waiting for over 24 hours: share answered within 24 hours.",
        Reading("share", high=1.0, missing="no ticket answered, and none waiting for over 24 hours"),
    ),
    Feature(
        "tickets_waiting_over_5min_share_365d",
        tickets.share(tickets["waiting_seconds"] > 300, where=_resolved, days=_year),
        "Of the tickets of the last 365 days that are resolved: share in which the customer waited over 5 minutes.",
        Reading("share", high=1.0, missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_abandoned_share_365d",
        tickets.share(tickets["abandoned"], where=_resolved, days=_year),
        "Of the tickets of the last 365 days that are resolved: share in which the customer gave up waiting.",
        Reading("share", high=1.0, missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_delighted_share_365d",
        tickets.share(tickets["delighted"], where=_resolved, days=_year),
        "Of the tickets of the last 365 days that are resolved: share in which the customer was surprised for the better.",
        Reading("share", high=1.0, missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_hand_overs_mean_365d",
        tickets.mean(tickets["hand_overs"], where=_resolved, days=_year),
        "How often a resolved ticket of the last 365 days changed hands, on average.",
        Reading("hand-overs", missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_resolution_hours_365d",
        tickets.mean(tickets["resolved_at"].seconds_since(tickets.time), days=_year) / 3600.0,
        "Hours from opening to resolution, on average over the resolved tickets of the last 365 days.",
        Reading("hours", low=None, missing="no ticket of that window resolved"),
    ),
    Feature(
        "tickets_topics_365d",
        tickets.distinct(tickets["topic"], days=_year),
        "Different topics of the tickets of the last 365 days.",
        Reading("topics"),
    ),
)
