"""From what is each KPI taken: one measure a KPI, of what was known at the moment of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.company.schema import Company
from features.times import DAY, Timestamp, month_starts
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.months import Period, pooled, whole_months
from models.kpis.arithmetic.observations import Measured, Observations, Staged, observed
from models.kpis.kpi import ALL_KPIS, Kpi
from models.kpis.subjects import contracts, economics, onboarding, support, voice
from models.kpis.subjects.contracts import DueContracts
from models.kpis.subjects.economics import Amounts
from models.kpis.subjects.onboarding import Newcomers
from models.kpis.subjects.presence import QUARTER_DAYS, YEAR_DAYS, Presence, per_presence
from models.kpis.subjects.support import Tickets
from models.kpis.subjects.voice import Answers


@dataclass(frozen=True)
class Reach:
    """How far the log tells: until when each source that was ever received is complete, at most the moment of the report."""

    as_of: Timestamp
    sources: Mapping[str, Timestamp]

    def of(self, sources: Sequence[str]) -> Timestamp:
        """Return until when all of these are complete, those never received aside."""
        return min([self.as_of, *(self.sources[name] for name in sources if name in self.sources)])


@dataclass(frozen=True)
class Facts:
    """All that KPIs are taken from, as known at `reach.as_of`.

    `joined`: when each customer joined, `NEVER` for prospects. `standing`: a row per customer known, one table a month's end.
    `left`: a row per customer at risk and month start, 1 for who left within the main horizon. `worth`: value over cost, of
    customers whose cost is known, at one moment. `absent` says of a KPI why it cannot be told.
    """

    reach: Reach
    joined: IntArray
    tickets: Tickets
    answers: Answers
    standing: Sequence[Staged]
    due: DueContracts
    left: Observations
    amounts: Amounts
    presence: Presence
    newcomers: Newcomers
    worth: Observations
    absent: Mapping[str, str]


@dataclass(frozen=True)
class Measure:
    """One KPI and what it is taken from.

    `told_until`: months that end later are not complete. `moment`: of a figure that is known at one moment alone. `absent`: why
    there is nothing.
    """

    kpi: Kpi
    seen: Measured
    told_until: Timestamp
    moment: Timestamp | None = None
    absent: str | None = None

    def months(self, count: int) -> tuple[Period, ...]:
        """Return the newest complete months; none for what is known at one moment alone."""
        return () if self.moment is not None else whole_months(self.told_until, count)

    @property
    def period(self) -> Period:
        """Return the time the figure is taken over."""
        return pooled(self.months(self.kpi.months)) if self.moment is None else Period(self.moment, self.moment + 1)

    @property
    def period_before(self) -> Period | None:
        """Return the time it is compared with: as long, just before."""
        return pooled(self.months(2 * self.kpi.months)[: self.kpi.months]) if self.moment is None else None


def measures_of(facts: Facts, company: Company) -> dict[str, Measure]:
    """Return the measure of every KPI, in the order of `ALL_KPIS`."""
    taken = {**_of_support(facts), **_of_voice(facts), **_of_relationship(facts)}
    until = {"churn_rate": _churn_until(facts), "renewal_rate": facts.reach.of(("purchases",)) - company.churn.grace_days * DAY}
    moments = {"clv_to_cac": _worth_at(facts)}
    found = {
        name: Measure(kpi, taken[name], until.get(name, facts.reach.of(kpi.sources)), moments.get(name))
        for name, kpi in ALL_KPIS.items()
    }
    return {name: _unless_absent(measure, facts) for name, measure in found.items()}


def _churn_until(facts: Facts) -> Timestamp:
    """Return the end of the newest month whose customers at risk have all stayed or left by now."""
    if not len(facts.left):
        return facts.reach.as_of
    newest = int(facts.left.times.max())
    return month_starts(newest + 1, newest + 32 * DAY)[0]


def _worth_at(facts: Facts) -> Timestamp:
    return int(facts.worth.times.max()) if len(facts.worth) else facts.reach.as_of


def _unless_absent(measure: Measure, facts: Facts) -> Measure:
    """Take away what looks like a figure and is none: no tickets a customer, where no ticket was ever received."""
    reason = _absent(measure.kpi, measure.seen, facts=facts)
    return measure if reason is None else replace(measure, seen=measure.seen.within(0, 0), absent=reason)


def _absent(kpi: Kpi, seen: Measured, *, facts: Facts) -> str | None:
    if missing := [source for source in kpi.sources if source not in facts.reach.sources]:
        return f"no row of {' and '.join(missing)} was ever received"
    if seen.figure().count:
        return None
    return facts.absent.get(kpi.name, f"the log tells of no {kpi.needs}")


def _of_support(facts: Facts) -> dict[str, Measured]:
    tickets, scale = facts.tickets, ALL_KPIS["tickets_per_customer"].scale
    of_customers = tickets.where(tickets.times >= facts.joined[tickets.customers])
    opened = observed(of_customers, np.ones(len(of_customers)), scale=scale)
    return {
        "first_response_hours": support.first_response_hours(tickets),
        "answered_24h_share": support.answered_within(tickets, 24.0, as_of=facts.reach.as_of),
        "first_contact_share": support.first_contact(tickets),
        "resolution_hours": support.resolution_hours(tickets),
        "waiting_seconds": support.waiting(tickets),
        "abandoned_share": support.abandoned(tickets),
        "hand_overs": support.hand_overs(tickets),
        "tickets_per_customer": per_presence(opened, facts.presence, unit_days=QUARTER_DAYS),
    }


def _of_voice(facts: Facts) -> dict[str, Measured]:
    return {
        "nps": voice.net_promoter(facts.answers),
        "nps_score": voice.newest_points(facts.answers, facts.standing),
        "csat": voice.points(facts.answers, "csat"),
        "ces": voice.points(facts.answers, "ces"),
    }


def _of_relationship(facts: Facts) -> dict[str, Measured]:
    of_customers = facts.amounts.where(facts.amounts.times >= facts.joined[facts.amounts.customers])
    return {
        "days_to_onboard": onboarding.days_to_onboard(facts.newcomers, as_of=facts.reach.as_of),
        "churn_rate": facts.left,
        "renewal_rate": contracts.renewals(facts.due),
        "margin_per_customer": per_presence(economics.money(of_customers), facts.presence, unit_days=YEAR_DAYS),
        "clv_to_cac": facts.worth,
    }
