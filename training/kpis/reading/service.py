"""What was asked of support and said in surveys: tickets, answers and offers shown, each in the stage of its moment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.kpis.arithmetic.observations import NEVER
from models.kpis.subjects.economics import Shown
from models.kpis.subjects.presence import Standings
from models.kpis.subjects.support import Tickets
from models.kpis.subjects.voice import Answers
from training.kpis.reading.known import KnownBucket
from training.kpis.reading.people import UNNAMED
from training.labels.acceptance import ACCEPTED

_NUMBERS = ("contacts", "hand_overs", "waiting_seconds", "reopened", "abandoned", "delighted")
DISCOUNT = "discount"
_ANSWERED = (*ACCEPTED, "declined")


def tickets_of(bucket: KnownBucket, standings: Standings) -> Tickets:
    """Return the tickets of a bucket."""
    moments = ("opened_at", "first_response_at", "last_update_at", "resolved_at")
    rows = bucket.rows("tickets", *moments, *_NUMBERS, "channel", "complaint", "delight_factor")
    opened, answered, updated, resolved = (rows.moments(name) for name in moments)
    return Tickets(
        customers=rows.customers,
        stages=standings.at(rows.customers, opened),
        times=opened,
        channels=rows.texts("channel", missing=UNNAMED),
        complaint=rows.numbers("complaint") == 1,
        answered=answered,
        updated=updated,
        resolved=resolved,
        delight_factors=rows.texts("delight_factor", missing=UNNAMED),
        **{name: rows.numbers(name) for name in _NUMBERS},
    )


def answers_of(bucket: KnownBucket, standings: Standings) -> Answers:
    """Return the answered surveys of a bucket."""
    rows = bucket.rows("surveys", "answered_at", "kind", "score")
    times = rows.moments("answered_at")
    stages = standings.at(rows.customers, times)
    return Answers(rows.customers, stages, times, rows.texts("kind", missing=UNNAMED), rows.numbers("score"))


def shown_of(bucket: KnownBucket, standings: Standings, *, kinds: Mapping[str, str]) -> Shown:
    """Return the offers of a bucket that were shown, and taken or declined; the stage is that of the showing.

    `kinds`: the company file's, by offer, for rows that do not name their own.
    """
    rows = bucket.rows("offers", "shown_at", "offer_id", "kind", "outcome")
    shown, outcomes = rows.moments("shown_at"), rows.texts("outcome", missing=UNNAMED)
    chosen = (shown != NEVER) & np.isin(outcomes, _ANSWERED)
    customers, times = rows.customers[chosen], shown[chosen]
    own, offers = rows.texts("kind", missing=UNNAMED)[chosen], rows.texts("offer_id", missing=UNNAMED)[chosen]
    discounts = [offer for offer, kind in kinds.items() if kind == DISCOUNT]
    is_discount = (own == DISCOUNT) | ((own == UNNAMED) & np.isin(offers, discounts))
    return Shown(customers, standings.at(customers, times), times, is_discount, np.isin(outcomes[chosen], ACCEPTED))
