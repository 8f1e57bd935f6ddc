"""How long was each customer in which stage: the time that rates a customer and quarter, or a customer and year, are taken over.

A customer is one who has joined; prospects are in a stage too, but what customers do is not to be divided by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.stages.winners import NOT_SEEN, StageCodes
from features.times import DAY, WEEK, monday_at_or_before
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.months import Period
from models.kpis.arithmetic.observations import NEVER, Observations, Staged, joined
from models.rows import FloatArray

QUARTER_DAYS = 365.25 / 4
YEAR_DAYS = 365.25

_MOST_STAGES = 128  # a set has at most 100


@dataclass(frozen=True)
class Presence(Staged):
    """A row per customer, stage and month: for how many `days` the customer was in that stage; `times` is the month's start."""

    days: FloatArray


@dataclass(frozen=True)
class Standings:
    """Where everybody stood, and when each joined (`NEVER`: not yet): `stages` is `[customer, moment]`.

    The moments are Mondays 00:00 UTC, ascending, and last the moment of the report.
    """

    moments: IntArray
    stages: StageCodes
    joined: IntArray

    @property
    def now(self) -> StageCodes:
        """Return where everybody stands at the moment of the report."""
        return self.stages[:, -1]

    def at(self, customers: IntArray, times: IntArray) -> StageCodes:
        """Return the stage each customer was in when something happened: that of the newest Monday at or before it.

        Who was not known on that Monday is in the stage in which they were first seen; before the first Monday nobody is in any.
        """
        columns = np.searchsorted(self.moments, times, side="right") - 1
        found = self.stages[customers, np.maximum(columns, self._first_seen[customers])]
        return np.where(columns < 0, NOT_SEEN, found).astype(np.int8)

    @cached_property
    def _first_seen(self) -> npt.NDArray[np.intp]:
        return np.asarray(np.argmax(self.stages != NOT_SEEN, axis=1))


def presence(standings: Standings, months: Sequence[Period]) -> Presence:
    """Return who was where for how long. A month's Mondays share its days; the week of joining counts from the joining on."""
    nobody = Presence(np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0))
    parts = [part for month in months for part in (_on_mondays(standings, month), _newly_joined(standings, month))]
    return joined([nobody, *parts])


def per_presence(events: Observations, there: Presence, *, unit_days: float) -> Observations:
    """Return events over the time customers were there, in units of so many days: events weigh nothing, time brings no amount.

    Events before the first month of which it is known who was there are left out.
    """
    nothing, uncounted = np.zeros(len(there)), np.zeros(len(there), dtype=np.bool_)
    weights = there.days / unit_days
    silent = Observations(there.customers, there.stages, there.times, nothing, weights, uncounted, events.scale)
    covered = events.where(events.times >= there.times.min(initial=NEVER))
    return joined([replace(covered, weights=np.zeros(len(covered))), silent])


def _on_mondays(standings: Standings, month: Period) -> Presence:
    here = (standings.moments >= month.since) & (standings.moments < month.until)
    mondays, stages = standings.moments[here], standings.stages[:, here]
    there = (stages != NOT_SEEN) & (standings.joined[:, None] <= mondays)
    customers, columns = np.nonzero(there)
    found = stages[customers, columns].astype(np.int64)
    pairs, weeks = np.unique(customers * _MOST_STAGES + found, return_counts=True)
    days = weeks * ((month.until - month.since) / DAY / max(len(mondays), 1))
    times = np.full(len(pairs), month.since, dtype=np.int64)
    return Presence(pairs // _MOST_STAGES, (pairs % _MOST_STAGES).astype(np.int8), times, days)


def _newly_joined(standings: Standings, month: Period) -> Presence:
    """Return the days from joining to the next Monday, of who joined in this month."""
    customers = np.flatnonzero((standings.joined >= month.since) & (standings.joined < month.until))
    began = standings.joined[customers]
    days = (WEEK - (began - monday_at_or_before(month.since)) % WEEK) % WEEK / DAY
    times = np.full(len(customers), month.since, dtype=np.int64)
    return Presence(customers, standings.at(customers, began), times, days)
