"""What do delay and hand-overs in complaint handling do to satisfaction afterwards: the scores of customers handled alike.

An association, no proof: what takes long may have been hard from the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.times import DAY, HOUR
from models.kpis.arithmetic.figures import Figure
from models.kpis.arithmetic.following import next_event
from models.kpis.arithmetic.observations import NEVER, Observations, observed
from models.kpis.subjects.support import Tickets
from models.kpis.subjects.voice import POINTS
from models.rows import FloatArray

ASKED_WITHIN_DAYS = 30
"""An answer given later is about something else."""

_DELAYS_HOURS = (
    ("within a day", 0.0, 24.0),
    ("1 to 3 days", 24.0, 72.0),
    ("3 to 7 days", 72.0, 168.0),
    ("over 7 days", 168.0, np.inf),
)
_HAND_OVERS = (("none", 0.0, 1.0), ("one", 1.0, 2.0), ("two or more", 2.0, np.inf))


@dataclass(frozen=True)
class Handled:
    """Complaints handled alike: by what (`delay` or `hand-overs`), how, how many, and how satisfied their customers were then."""

    by: str
    how: str
    complaints: int
    satisfaction: Figure


def complaints_handled(tickets: Tickets, satisfied: Observations) -> list[Handled]:
    """Return resolved complaints by delay and by hand-overs, with the next satisfaction score (CSAT) within 30 days.

    `satisfied`: all CSAT answers.
    """
    resolved = tickets.where(tickets.complaint & (tickets.resolved != NEVER))
    scores, hours = _next_scores(resolved, satisfied), (resolved.resolved - resolved.times) / HOUR
    return [
        Handled(by, how, int(here.sum()), observed(resolved.where(here), scores[here], scale=POINTS["csat"]).figure())
        for by, bands, measured in (("delay", _DELAYS_HOURS, hours), ("hand-overs", _HAND_OVERS, resolved.hand_overs))
        for how, low, high in bands
        for here in [(measured >= low) & (measured < high)]
    ]


def _next_scores(resolved: Tickets, satisfied: Observations) -> FloatArray:
    places = next_event(resolved.customers, resolved.resolved, event_customers=satisfied.customers, event_times=satisfied.times)
    in_time = np.append(satisfied.times, NEVER)[places] < resolved.resolved + ASKED_WITHIN_DAYS * DAY
    return np.where(in_time, np.append(satisfied.amounts, np.nan)[places], np.nan)
