"""What are the KPIs taken from: everything the log, the stages and the live predictions said by the moment of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.company.schema import Company
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp
from models.kpis.arithmetic.months import quarters_before, whole_months
from models.kpis.arithmetic.observations import NEVER, Staged, joined
from models.kpis.measures import Facts, Reach
from models.kpis.subjects.economics import Holders, Shown
from models.kpis.subjects.presence import presence
from models.value.acquisition import Acquired
from training.kpis.reading.known import KnownBucket
from training.kpis.reading.leaving import leavers, why_no_leavers
from training.kpis.reading.live_worth import live_worth
from training.kpis.reading.newcomers import Asked, newcomers_of
from training.kpis.reading.people import People, known_past, people_of
from training.kpis.reading.service import answers_of, shown_of, tickets_of
from training.kpis.reading.trade import Bought, amounts_of, due_of, share_without_margin

COHORTS = 8
"""Quarters of joining that are compared."""

MONTHS_READ = 25
"""Two years, the second to compare the first with, and a month to spare where a source lags behind."""

READ = ("customers", "usage", "tickets", "purchases", "surveys", "milestones", "offers")
"""The sources KPIs are read from."""


@dataclass(frozen=True)
class Gathered:
    """What KPIs are taken from, and what stands in the report beside them.

    `without_margin`: the share of purchased lines whose revenue stands in for a margin that is not known.
    """

    company: Company
    people: People
    facts: Facts
    holders: Holders
    shown: Shown
    acquired: Acquired | None
    without_margin: float


def gather(home: Home, company: Company, *, as_of: Timestamp, months: int) -> Gathered:
    """Read all that was known by `as_of`, bucket by bucket."""
    log = EventLog.open(home)
    past, reach = known_past(home, company, as_of=as_of), _reach(log, as_of)
    buckets = [KnownBucket.of(log, bucket, everybody=past.ids, as_of=as_of) for bucket in range(log.manifest.buckets)]
    people = people_of(past, buckets, as_of=as_of)
    bought = [Bought.of(bucket) for bucket in buckets]
    tickets = joined([tickets_of(bucket, people.standings) for bucket in buckets])
    amounts = amounts_of(bought, tickets, standings=people.standings, company=company)
    asked = Asked(company, reach.sources, quarters_before(as_of, COHORTS)[0].since)
    worth = live_worth(home, company, as_of=as_of)
    facts = Facts(
        reach=reach,
        joined=people.joined,
        tickets=tickets,
        answers=joined([answers_of(bucket, people.standings) for bucket in buckets]),
        standing=_standing(people, reach, months=months + 1),
        due=joined([due_of(each, people.standings, company=company, as_of=as_of) for each in bought]),
        left=leavers(log, company, people=people, as_of=as_of),
        amounts=amounts,
        presence=presence(people.standings, whole_months(as_of, MONTHS_READ)),
        newcomers=joined(
            [newcomers_of(bucket, people, bought=each, asked=asked) for bucket, each in zip(buckets, bought, strict=True)]
        ),
        worth=worth.seen,
        absent=_absent(log, company, as_of=as_of, worth=worth.absent),
    )
    kinds: dict[str, str] = {offer.id: offer.kind for offer in company.offers}
    shown = joined([shown_of(bucket, people.standings, kinds=kinds) for bucket in buckets])
    return Gathered(
        company, people, facts, _holders(people, bought, facts=facts), shown, worth.acquired, share_without_margin(bought)
    )


def _reach(log: EventLog, as_of: Timestamp) -> Reach:
    observed = log.manifest.observed_until
    return Reach(as_of, {source: min(observed[source], as_of) for source in READ if source in observed})


def _standing(people: People, reach: Reach, *, months: int) -> list[Staged]:
    """Return who stood where at the end of each month; the last moment of a month belongs to it."""
    found = []
    for month in whole_months(reach.of(("surveys",)), months):
        moments = np.full(len(people.ids), month.until - 1, dtype=np.int64)
        everybody = np.arange(len(people.ids))
        rows = Staged(everybody, people.standings.stages[:, _column(people, month.until - 1)], moments)
        found.append(rows.where(rows.stages >= 0))
    return found


def _column(people: People, moment: Timestamp) -> int:
    return int(np.searchsorted(people.standings.moments, moment, side="right")) - 1


def _holders(people: People, bought: Sequence[Bought], *, facts: Facts) -> Holders:
    count = len(people.ids)
    products = np.zeros(count)
    for each in bought:
        products[each.holders] = each.products
    amounts = np.nan_to_num(facts.amounts.amounts)
    return Holders(
        np.arange(count),
        people.standings.now,
        np.full(count, facts.reach.as_of - 1, dtype=np.int64),
        products=products,
        cost=people.acquisition_cost,
        brought=np.bincount(facts.amounts.customers, amounts, minlength=count).astype(np.float64),
        has_joined=people.joined != NEVER,
    )


def _absent(log: EventLog, company: Company, *, as_of: Timestamp, worth: str | None) -> dict[str, str]:
    """Say of KPIs why they cannot be told, where the reason is another than that no row tells."""
    contract = company.churn.definition == "contract"
    reasons = {
        "churn_rate": why_no_leavers(log, company, as_of=as_of),
        "clv_to_cac": worth,
        "renewal_rate": None if contract else "the company file knows no contracts: leaving means silence here",
        "days_to_onboard": None if company.milestones else "the company file names no milestones",
    }
    return {name: reason for name, reason in reasons.items() if reason}
