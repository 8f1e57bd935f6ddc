"""How well was the customer served: answered in time, solved at once, kept waiting, handed over, opened again, delighted.

Contacts, hand-overs, waiting, abandonment, reopening and delight are recorded when a ticket is resolved; shares and averages of
them are over the resolved tickets for which they are recorded.
"""

from __future__ import annotations

from features.language.expressions import Expression
from features.language.feature import Feature, Reading
from features.language.formulas import Rows

tickets = Rows("tickets")

_resolved = tickets["resolved_at"].known()
_in_time = tickets["first_response_at"].within(hours=24)
_seconds_to_answer = tickets["first_response_at"].seconds_since(tickets.time)
_seconds_to_resolve = tickets["resolved_at"].seconds_since(tickets.time)
_NONE_RESOLVED = "no ticket of that window resolved with this recorded"
_NONE_ANSWERED = "no ticket of that window answered"
_CONTACT_CENTRE = "the usual measures of contact centres"


def _share(name: str, condition: Expression, meaning: str) -> Feature:
    return Feature(
        f"tickets_{name}_share_365d",
        tickets.share(condition, where=_resolved, days=365),
        f"Of the tickets of the last 365 days that are resolved: share {meaning}.",
        Reading("share", high=1.0, missing=_NONE_RESOLVED, origin=_CONTACT_CENTRE),
    )


FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"tickets_answered_24h_share_{days}d",
            tickets.share(_in_time, days=days),
            f"Of the tickets of the last {days} days answered, or waiting for over 24 hours: share answered within 24 hours.",
            Reading("share", high=1.0, missing="no ticket answered, and none waiting for over 24 hours", origin=_CONTACT_CENTRE),
        )
        for days in (90, 365)
    ),
    Feature(
        "tickets_first_response_hours_365d",
        tickets.mean(_seconds_to_answer, days=365) / 3600.0,
        "Hours from opening to the first answer, on average over the answered tickets of the last 365 days.",
        Reading("hours", low=None, missing=_NONE_ANSWERED, origin=_CONTACT_CENTRE),
    ),
    Feature(
        "tickets_first_response_hours_max_365d",
        tickets.maximum(_seconds_to_answer, days=365) / 3600.0,
        "Hours from opening to the first answer, at worst over the answered tickets of the last 365 days.",
        Reading("hours", low=None, missing=_NONE_ANSWERED),
    ),
    _share("first_contact", tickets["contacts"].equals(1), "resolved at the first contact"),
    _share("waiting_over_5min", tickets["waiting_seconds"] > 300, "in which the customer waited over 5 minutes"),
    _share("abandoned", tickets["abandoned"], "in which the customer gave up waiting"),
    _share("handed_over", tickets["hand_overs"] >= 1, "that changed hands"),
    _share("reopened", tickets["reopened"] >= 1, "that were opened again after a resolution"),
    _share("delighted", tickets["delighted"], "in which the customer was surprised for the better"),
    Feature(
        "tickets_waiting_seconds_365d",
        tickets.mean(tickets["waiting_seconds"], where=_resolved, days=365),
        "Seconds the customer waited, on average over the resolved tickets of the last 365 days.",
        Reading("seconds", missing=_NONE_RESOLVED, origin=_CONTACT_CENTRE),
    ),
    Feature(
        "tickets_contacts_mean_365d",
        tickets.mean(tickets["contacts"], where=_resolved, days=365),
        "Contacts a resolved ticket of the last 365 days needed, on average.",
        Reading("contacts", missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_hand_overs_mean_365d",
        tickets.mean(tickets["hand_overs"], where=_resolved, days=365),
        "How often a resolved ticket of the last 365 days changed hands, on average.",
        Reading("hand-overs", missing=_NONE_RESOLVED),
    ),
    Feature(
        "tickets_resolution_hours_365d",
        tickets.mean(_seconds_to_resolve, days=365) / 3600.0,
        "Hours from opening to resolution, on average over the resolved tickets of the last 365 days.",
        Reading("hours", low=None, missing="no ticket of that window resolved"),
    ),
    Feature(
        "tickets_resolution_hours_max_365d",
        tickets.maximum(_seconds_to_resolve, days=365) / 3600.0,
        "Hours from opening to resolution, at worst over the resolved tickets of the last 365 days.",
        Reading("hours", low=None, missing="no ticket of that window resolved"),
    ),
    Feature(
        "tickets_days_since_delighted",
        tickets.days_since_last(where=tickets["delighted"]),
        "Days since a ticket was opened in which the customer was surprised for the better.",
        Reading("days", missing="never delighted"),
    ),
)
