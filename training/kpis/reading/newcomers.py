"""How did new customers get started: milestones, contact in the first 90 days, use at their end, and who stayed until day 180."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.schema import Company
from features.contracts.sources import SOURCES
from features.times import DAY
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.observations import NEVER
from models.kpis.subjects.contracts import Contracts
from models.kpis.subjects.onboarding import FIRST_DAYS, STAYED_AT_DAY, VALUE_SEEN_FROM_DAY, Newcomers
from models.rows import BoolArray, FloatArray
from training.kpis.reading.known import KnownBucket, KnownRows
from training.kpis.reading.people import People
from training.kpis.reading.trade import Bought, cancellations_of, terms_of
from training.labels.purchases import PURCHASE_KINDS


@dataclass(frozen=True)
class Asked:
    """By whose rules newcomers are read, which sources were ever received, and from which moment of joining on."""

    company: Company
    received: Collection[str]
    since: int


def newcomers_of(bucket: KnownBucket, people: People, *, bought: Bought, asked: Asked) -> Newcomers:
    """Return the customers of a bucket who joined lately enough."""
    joined = people.joined[bucket.places]
    whose = bucket.places[(joined != NEVER) & (joined >= asked.since)]
    first = _FirstDays(whose, people.joined[whose], len(people.ids), asked.received)
    used = bucket.rows("usage", "occurred_at") if "usage" in asked.received else None
    return Newcomers(
        whose,
        people.standings.at(whose, people.joined[whose]),
        people.joined[whose],
        reached=_reached(bucket, whose, company=asked.company, everybody=len(people.ids)),
        uses=first.count("usage", used),
        active_days=first.days("usage", used),
        tickets=first.count("tickets", bucket.rows("tickets", "opened_at"), time="opened_at"),
        purchases=first.count("purchases", bought.rows.of_kinds(PURCHASE_KINDS)),
        used_late=first.any_from(VALUE_SEEN_FROM_DAY, "usage", rows=used),
        stayed=_stayed(bucket, first, bought=bought, asked=asked),
    )


@dataclass(frozen=True)
class _FirstDays:
    """What customers did in their first days: `whose` they are, when they joined, and how many customers there are in all."""

    whose: IntArray
    joined: IntArray
    everybody: int
    received: Collection[str]

    def count(self, source: str, rows: KnownRows | None, *, time: str = "occurred_at") -> FloatArray:
        """Return how many rows each has in the first 90 days; NaN where the log never received such rows."""
        if rows is None or source not in self.received:
            return np.full(len(self.whose), np.nan)
        return self._counted(rows.customers[self.inside(rows, 0, until=FIRST_DAYS, time=time)])

    def days(self, source: str, rows: KnownRows | None) -> FloatArray:
        """Return on how many days in UTC each has a row in the first 90 days."""
        if rows is None or source not in self.received:
            return np.full(len(self.whose), np.nan)
        inside = self.inside(rows, 0, until=FIRST_DAYS)
        pairs = np.stack([rows.customers[inside], rows.moments("occurred_at")[inside] // DAY])
        return self._counted(np.unique(pairs, axis=1)[0])

    def any_from(self, day: int, source: str, *, rows: KnownRows | None) -> FloatArray:
        """Return 1 for who has a row from a day on until day 90, else 0."""
        if rows is None or source not in self.received:
            return np.full(len(self.whose), np.nan)
        return (self._counted(rows.customers[self.inside(rows, day, until=FIRST_DAYS)]) > 0).astype(np.float64)

    def inside(self, rows: KnownRows, since: int, *, until: int, time: str = "occurred_at") -> BoolArray:
        """Return which rows lie between two days after their customer joined; nobody else's do."""
        began = np.full(self.everybody, NEVER)
        began[self.whose] = self.joined
        days = (rows.moments(time) - began[rows.customers].astype(np.float64)) / DAY
        return np.asarray((days >= since) & (days < until))

    def _counted(self, customers: IntArray) -> FloatArray:
        return np.bincount(customers, minlength=self.everybody)[self.whose].astype(np.float64)


def _reached(bucket: KnownBucket, whose: IntArray, *, company: Company, everybody: int) -> npt.NDArray[np.int64]:
    rows = bucket.rows("milestones", "reached_at", "milestone")
    names, times = rows.texts("milestone", missing=""), rows.moments("reached_at")
    first = np.full((everybody, len(company.milestones)), NEVER)
    for place, milestone in enumerate(company.milestones):
        here = names == milestone.name
        np.minimum.at(first[:, place], rows.customers[here], times[here])
    return first[whose]


def _stayed(bucket: KnownBucket, first: _FirstDays, *, bought: Bought, asked: Asked) -> FloatArray:
    """Return whether each is still a customer 180 days after joining, by the company's meaning of leaving; NaN if not over."""
    churn, moments = asked.company.churn, first.joined + STAYED_AT_DAY * DAY
    if churn.definition == "contract":
        holds = Contracts(terms_of(bought), cancellations_of(bought), churn.grace_days * DAY)
        return np.where(moments + holds.grace < bucket.as_of, holds.in_force(first.whose, moments), np.nan)
    since = STAYED_AT_DAY - asked.company.horizon_days
    active = np.zeros(first.everybody, dtype=np.bool_)
    for activity in churn.activity:
        time = SOURCES[activity.source].time
        rows = bucket.rows(activity.source, time, *(["kind"] if activity.kinds else []))
        rows = rows.of_kinds(activity.kinds) if activity.kinds else rows
        active[rows.customers[first.inside(rows, since, until=STAYED_AT_DAY, time=time)]] = True
    return np.where(moments < bucket.as_of, active[first.whose], np.nan)
