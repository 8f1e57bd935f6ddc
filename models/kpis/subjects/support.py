"""How well are customers served: answered in time, solved at once, kept waiting, handed over, delighted, promises kept.

What is known with the answer counts in the month of the answer, what is known with the resolution in the month of the resolution:
so no slow ticket is missing from a month that has ended. The stage is always that in which the customer asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.company.service_limits import Sla
from features.reports.stages import FEW
from features.times import HOUR, Timestamp
from models.kpis.arithmetic.figures import SHARE, IntArray, Scale
from models.kpis.arithmetic.observations import NEVER, Observations, Staged, observed
from models.rows import BoolArray, FloatArray

LONG_WAIT_SECONDS = 300
"""From here on a wait is trouble."""

FIRST_ANSWERS_COME_LATE = (
    "No open ticket has a first answer: the log learns of it with the resolution. So a ticket counts as answered in time, or "
    "not, in the month in which it was resolved, and of open tickets nobody knows whether they had news."
)

HOURS = Scale(0.0, 8760.0)
SECONDS = Scale(0.0, 86_400.0)
TIMES_A_TICKET = Scale(0.0, 100.0)


@dataclass(frozen=True)
class Tickets(Staged):
    """One row per ticket, as known at the moment of the report; `times` is when it was opened.

    `answered`, `updated`, `resolved`: moments, `NEVER` where not yet. `contacts`, `hand_overs`, `waiting_seconds`, `reopened`:
    numbers, `abandoned`, `delighted`: 0 or 1; all NaN where not known. `channels`: by which the customer asked.
    """

    channels: npt.NDArray[np.str_]
    complaint: BoolArray
    answered: IntArray
    updated: IntArray
    resolved: IntArray
    contacts: FloatArray
    hand_overs: FloatArray
    waiting_seconds: FloatArray
    reopened: FloatArray
    abandoned: FloatArray
    delighted: FloatArray
    delight_factors: npt.NDArray[np.str_]


def first_response_hours(tickets: Tickets) -> Observations:
    """Return the hours from opening to the first answer, of answered tickets, in the month of the answer."""
    return observed(tickets, _since_opening(tickets, tickets.answered) / HOUR, scale=HOURS, times=tickets.answered)


def answers_come_with_resolution(tickets: Tickets) -> bool:
    """Say whether the log learns of first answers only when tickets are resolved: no open one has any, where some are open."""
    is_open = tickets.resolved == NEVER
    return int(is_open.sum()) >= FEW and not bool((tickets.answered[is_open] != NEVER).any())


def answered_within(tickets: Tickets, hours: float | FloatArray, *, as_of: Timestamp) -> Observations:
    """Return whether each ticket was answered within so many hours, once they are over; in the month of opening.

    Where answers become known with the resolution, an open ticket says nothing: those resolved count, in the month of the
    resolution. Nothing where no first answer is recorded of any ticket: then nobody knows.
    """
    allowed = np.asarray(hours) * HOUR
    in_time = _in_time(tickets, tickets.answered, allowed=allowed, as_of=as_of)
    if not answers_come_with_resolution(tickets):
        return in_time
    took = _since_opening(tickets, tickets.answered)
    return _when_resolved(tickets, np.where(np.isnan(took), np.nan, took <= allowed), scale=SHARE)


def resolved_within(tickets: Tickets, hours: float | FloatArray, *, as_of: Timestamp) -> Observations:
    """Return whether each ticket was resolved within so many hours, once they are over; in the month of opening."""
    return _in_time(tickets, tickets.resolved, allowed=np.asarray(hours) * HOUR, as_of=as_of)


def resolution_hours(tickets: Tickets) -> Observations:
    """Return the hours from opening to resolution, in the month of the resolution."""
    return _when_resolved(tickets, _since_opening(tickets, tickets.resolved) / HOUR, scale=HOURS)


def first_contact(tickets: Tickets) -> Observations:
    """Return whether one contact was enough, of resolved tickets whose contacts are counted."""
    return _when_resolved(tickets, np.where(np.isnan(tickets.contacts), np.nan, tickets.contacts == 1), scale=SHARE)


def waiting(tickets: Tickets) -> Observations:
    """Return the seconds the customer waited, of resolved tickets of which it is known."""
    return _when_resolved(tickets, tickets.waiting_seconds, scale=SECONDS)


def waited_over(tickets: Tickets, seconds: float | FloatArray) -> Observations:
    """Return whether the customer waited for longer than so many seconds."""
    waited = tickets.waiting_seconds
    return _when_resolved(tickets, np.where(np.isnan(waited), np.nan, waited > seconds), scale=SHARE)


def abandoned(tickets: Tickets) -> Observations:
    """Return whether the customer gave up waiting, of resolved tickets of which it is known."""
    return _when_resolved(tickets, tickets.abandoned, scale=SHARE)


def hand_overs(tickets: Tickets) -> Observations:
    """Return how often a resolved ticket changed hands."""
    return _when_resolved(tickets, tickets.hand_overs, scale=TIMES_A_TICKET)


def reopened(tickets: Tickets) -> Observations:
    """Return whether a resolved ticket was opened again."""
    return _when_resolved(tickets, np.where(np.isnan(tickets.reopened), np.nan, tickets.reopened >= 1), scale=SHARE)


def delighted(tickets: Tickets) -> Observations:
    """Return whether the customer was surprised for the better."""
    return _when_resolved(tickets, tickets.delighted, scale=SHARE)


def promises_kept(tickets: Tickets, slas: Mapping[int, Sla], *, as_of: Timestamp) -> dict[str, Observations]:
    """Return whether each promise was kept to customers of the stages that have one (`slas` by the stage's place).

    `update`: of the tickets open now, whether the last news (opening, answer or update) is no older than promised; at `as_of`.
    """
    promised = tickets.where(np.isin(tickets.stages, list(slas)))
    hours = {name: _of_stage(promised, slas, name=name) for name in ("first_response_hours", "resolution_hours", "update_hours")}
    open_now = (promised.resolved == NEVER) & (not answers_come_with_resolution(tickets))
    news = np.max([np.where(each == NEVER, promised.times, each) for each in (promised.answered, promised.updated)], axis=0)
    fresh = np.where(open_now, news >= as_of - hours["update_hours"] * HOUR, np.nan)
    waited = waited_over(promised, _of_stage(promised, slas, name="waiting_seconds"))
    return {
        "first_response": answered_within(promised, hours["first_response_hours"], as_of=as_of),
        "resolution": resolved_within(promised, hours["resolution_hours"], as_of=as_of),
        "waiting": replace(waited, amounts=1.0 - waited.amounts),
        "update": observed(promised, fresh, scale=SHARE, times=np.full(len(promised), as_of - 1)),
    }


def _of_stage(tickets: Tickets, slas: Mapping[int, Sla], *, name: str) -> FloatArray:
    return np.array([float(getattr(slas[stage], name)) for stage in tickets.stages.tolist()], dtype=np.float64)


def _since_opening(tickets: Tickets, moments: IntArray) -> FloatArray:
    """Return microseconds since opening; NaN where it has not come. Clocks of two systems may differ: never before opening."""
    return np.where(moments == NEVER, np.nan, np.maximum(moments, tickets.times) - tickets.times.astype(np.float64))


def _when_resolved(tickets: Tickets, amounts: FloatArray, *, scale: Scale) -> Observations:
    return observed(tickets, np.where(tickets.resolved == NEVER, np.nan, amounts), scale=scale, times=tickets.resolved)


def _in_time(tickets: Tickets, moments: IntArray, *, allowed: FloatArray, as_of: Timestamp) -> Observations:
    took = _since_opening(tickets, moments)
    decided = (tickets.times + allowed < as_of) & bool((moments != NEVER).any())
    return observed(tickets, np.where(decided, np.nan_to_num(took, nan=np.inf) <= allowed, np.nan), scale=SHARE)
