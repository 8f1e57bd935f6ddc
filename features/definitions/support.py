"""What does the customer need help with: how many tickets, by which channel, what is a complaint, what is open and how long."""

from __future__ import annotations

from features.language.expressions import Later
from features.language.feature import Feature, Reading, code_of
from features.language.formulas import Condition, Rows
from features.times import HOUR

tickets = Rows("tickets")

_open = ~tickets["resolved_at"].known()
_complaint = tickets["complaint"]
_CHANNELS = {"phone": ("phone",), "email": ("email",), "chat": ("chat",), "web": ("web", "portal")}
_NEVER = "never opened one"


def _no_news(hours: int, moment: str) -> Condition:
    """Ask whether a time column of a ticket is not known, or lies more than so many hours back."""
    return ~tickets[moment].known() | Later(tickets[moment], hours * HOUR).known()


_silent = _open & Later(tickets.time, 24 * HOUR).known() & _no_news(24, "first_response_at") & _no_news(24, "last_update_at")

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"tickets_count_{days}d", tickets.count(days=days), f"Tickets opened in the last {days} days.", Reading("tickets")
        )
        for days in (7, 30, 90, 365)
    ),
    Feature("tickets_count_lifetime", tickets.count(), "Tickets opened so far.", Reading("tickets")),
    Feature(
        "tickets_count_90d_change",
        tickets.count(days=90) - tickets.count(days=90, skip=90),
        "Tickets opened in the last 90 days, less those of the 90 days before.",
        Reading("tickets", low=None),
    ),
    Feature(
        "tickets_decayed_45d",
        tickets.decayed(half_life=45),
        "Tickets so far, a ticket counting half after 45 days, a quarter after 90.",
        Reading("tickets", origin="exponential smoothing of a point process"),
    ),
    Feature(
        "tickets_days_since_last",
        tickets.days_since_last(),
        "Days since a ticket was last opened.",
        Reading("days", missing=_NEVER),
    ),
    *(
        Feature(
            f"tickets_{channel}_count_365d",
            tickets.count(days=365, where=tickets["channel"].is_in(*names)),
            f"Tickets opened by {' or '.join(names)} in the last 365 days.",
            Reading("tickets"),
        )
        for channel, names in _CHANNELS.items()
    ),
    Feature(
        "tickets_channels_365d",
        tickets.distinct(tickets["channel"], days=365),
        "Different channels of the tickets of the last 365 days.",
        Reading("channels"),
    ),
    code_of(
        "ticket_channel",
        tickets.last_code(tickets["channel"]),
        "Channel of the newest ticket that names one.",
        missing="no ticket that names one",
    ),
    Feature(
        "tickets_topics_365d",
        tickets.distinct(tickets["topic"], days=365),
        "Different topics of the tickets of the last 365 days.",
        Reading("topics"),
    ),
    code_of(
        "ticket_topic",
        tickets.last_code(tickets["topic"]),
        "Topic of the newest ticket that names one.",
        missing="no ticket that names one",
    ),
    Feature("tickets_open", tickets.count(where=_open), "Tickets not resolved yet.", Reading("tickets")),
    Feature(
        "tickets_open_oldest_days",
        tickets.days_since_first(where=_open),
        "Days since the oldest open ticket was opened.",
        Reading("days", missing="no open ticket"),
    ),
    Feature(
        "tickets_open_over_7d",
        tickets.count(where=_open, skip=7),
        "Tickets opened over 7 days ago and not resolved yet.",
        Reading("tickets"),
    ),
    Feature(
        "tickets_open_unanswered",
        tickets.count(where=_open & ~tickets["first_response_at"].known()),
        "Tickets not resolved yet that nobody has answered.",
        Reading("tickets"),
    ),
    Feature(
        "tickets_open_silent_24h",
        tickets.count(where=_silent),
        "Tickets not resolved yet on which the customer has heard nothing, neither answer nor update, for over 24 hours.",
        Reading("tickets", origin="keep the customer informed"),
    ),
    *(
        Feature(
            f"tickets_complaints_{days}d",
            tickets.count(days=days, where=_complaint),
            f"Complaints opened in the last {days} days.",
            Reading("tickets"),
        )
        for days in (90, 365)
    ),
    Feature("tickets_complaints_lifetime", tickets.count(where=_complaint), "Complaints opened so far.", Reading("tickets")),
    Feature(
        "tickets_complaint_share_365d",
        tickets.share(_complaint, days=365),
        "Of the tickets of the last 365 days for which it is known: share that are complaints.",
        Reading("share", high=1.0, missing="no ticket in the last 365 days for which it is known"),
    ),
    Feature(
        "tickets_complaints_open",
        tickets.count(where=_complaint & _open),
        "Complaints not resolved yet.",
        Reading("tickets"),
    ),
    Feature(
        "tickets_complaints_open_oldest_days",
        tickets.days_since_first(where=_complaint & _open),
        "Days since the oldest open complaint was opened.",
        Reading("days", missing="no open complaint"),
    ),
    Feature(
        "tickets_days_since_complaint",
        tickets.days_since_last(where=_complaint),
        "Days since the last complaint was opened.",
        Reading("days", missing="never complained"),
    ),
)
