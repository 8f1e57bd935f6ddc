"""Which signs may come before leaving: a table of rules over features, those of them that mean something here, who shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.schema import Company
from features.health import health_scores
from features.log.store import EventLog
from features.rules.parsing import parse_condition
from features.rules.rule import Rule
from features.rules.tree import named_in
from features.snapshot import Snapshot

VALUE, TROUBLE = "value", "trouble"
"""What a sign tells of why somebody leaves: little value was found, or there was trouble; others tell of neither."""

HEALTH = "health_score"
_USE = "usage"


@dataclass(frozen=True)
class Signal:
    """One sign: its name, what it says, its rule (`{limit}`: a limit of the company file), and what it tells of.

    `leaving`: the only meaning of leaving under which it says anything.
    """

    name: str
    text: str
    rule: str
    tells: str = ""
    leaving: str = ""


SIGNALS = (
    Signal("usage_falling", "uses it far less this month than in the last three", "usage_count_90d >= 6 AND usage_count_30d < "
           "{usage_fall_share} * usage_count_90d / 3"),
    Signal("usage_silent", "has not used it for 30 days, or never did", "usage_days_since_last > 30 OR usage_count_lifetime = 0"),
    Signal("hardly_used", "used it on fewer than 8 days in 90", "usage_active_days_90d < 8", VALUE),
    Signal("no_deep_use", "used nothing in 90 days that is hard to replace", "usage_deep_count_90d = 0"),
    Signal("no_value_yet", "milestones are missing and nothing of depth is used", "milestones_done_share < 1 AND "
           "usage_deep_count_90d = 0", VALUE),
    Signal("users_leaving", "fewer than half of its users of 90 days came back", "usage_users_90d >= 2 AND "
           "usage_users_kept_30d < 0.5"),
    Signal("onboarding_stalled", "a milestone is overdue for long", "milestones_overdue_days > {onboarding_stalled_days}"),
    Signal("milestones_overdue", "a milestone is overdue", "milestones_overdue > 0"),
    Signal("complaint_open", "waits for the end of a complaint", "tickets_complaints_open > 0", TROUBLE),
    Signal("complaint_lately", "complained within 90 days", "tickets_complaints_90d > 0", TROUBLE),
    Signal("many_tickets", "three tickets or more within 30 days", "tickets_count_30d >= 3", TROUBLE),
    Signal("detractor", "would not recommend us when last asked", "surveys_nps_last <= 6"),
    Signal("dissatisfied", "was not satisfied when last asked", "surveys_csat_last <= 2"),
    Signal("bad_mention", "last spoke badly of us in public", "mentions_sentiment_last < 0"),
    Signal("contract_near_end", "the term ends soon", "contract_days_left <= {renewal_days}"),
    Signal("downgraded", "took a smaller plan within 90 days", "purchases_days_since_downgrade <= 90"),
    Signal("bought_once", "has bought on one day only", "purchases_days_lifetime = 1", VALUE, "activity"),
    Signal("late_to_buy", "twice as late as usual between purchases", "purchases_recency_over_gap > 2",
           leaving="activity"),
    Signal("buys_less", "spent under half of the usual in 90 days", "purchases_revenue_365d > 0 AND purchases_revenue_90d < "
           "purchases_revenue_365d / 8", leaving="activity"),
    Signal("gives_back", "gave back a fifth or more of what it bought", "purchases_refund_share_365d >= 0.2", TROUBLE),
    Signal("offer_declined", "said no to an offer within 90 days", "offers_declined_90d > 0"),
    Signal("health_red", "the health index is red", "health_score < {red_below}"),
)  # fmt: skip
"""A limit in braces is the company file's own, so that a sign means what its alert means."""


@dataclass(frozen=True)
class Read:
    """A sign with its rule as read for one company."""

    signal: Signal
    rule: Rule


def signals_for(company: Company, log: EventLog, signals: Sequence[Signal] = SIGNALS) -> tuple[Read, ...]:
    """Return the signs whose features this company has, and of whose sources the log ever received a row.

    Use is a sign only where the company file counts it as activity: a shop's log of coupons is no use of a product.
    """
    limits = {**company.alerts.model_dump(), "red_below": company.health.red_below}
    reads = [_read(each, limits) for each in signals if each.leaving in ("", company.churn.definition)]
    return tuple(read for read in reads if _means_something(read.rule, company, log))


def shown_by(reads: Sequence[Read], company: Company, shot: Snapshot) -> npt.NDArray[np.int8]:
    """Return for each row of a snapshot and each sign 1 if it shows, 0 if not, -1 where that is unknown."""
    wanted = sorted({name for read in reads for name in read.rule.names} - {HEALTH} | set(_health_features(company)))
    columns = dict(zip(wanted, shot.columns(wanted).T.astype(np.float64), strict=True))
    health = health_scores(company.health, columns, rows=len(shot.ids)).scores
    return np.column_stack([read.rule.evaluate({**columns, HEALTH: health}, rows=len(shot.ids)) for read in reads])


def _read(signal: Signal, limits: Mapping[str, float]) -> Read:
    text = signal.rule.format(**limits)
    condition = parse_condition(text)
    return Read(signal, Rule(text, named_in(condition), condition))


def _means_something(rule: Rule, company: Company, log: EventLog) -> bool:
    features = set(rule.names) - {HEALTH}  # health leaves out by itself what is not known
    if not features <= set(company.catalogue.names):
        return False
    sources = {load.source for load in company.catalogue.only(features).compiled.loads}
    activity: set[str] = {each.source for each in company.churn.activity}
    uses = _USE in activity or not activity
    return sources <= set(log.manifest.observed_until) and (uses or _USE not in sources)


def _health_features(company: Company) -> tuple[str, ...]:
    return tuple(component.feature for component in company.health.components)
