"""How is the business doing: the whole report at one moment, and the notes that say plainly what could not be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.company.schema import Company
from features.home import Home
from features.reports.stages import StagesReport
from features.stages.winners import counts_by_stage
from features.times import Timestamp, format_time
from models.kpis.arithmetic.months import running_month, whole_months
from models.kpis.lines import KpiFigure, everybody_lines, monthly_figures, stage_lines
from models.kpis.measures import Facts, Measure, measures_of
from training.kpis.reading.gather import Gathered, gather
from training.kpis.reading.given_back import NOTHING_GIVEN_BACK, GivenBack, recoveries_by_group
from training.kpis.reading.held_back import HeldBack, held_offers
from training.kpis.reading.moves import stage_moves

NO_PRICES = (
    "price sensitivity: list prices are not in the log, so no response to a price can be told; what is told is how often offered "
    "discounts are taken"
)


@dataclass(frozen=True)
class Recorded:
    """What stands in the operational database and not in the log: `held_back` is None where there is none."""

    given_back: GivenBack = NOTHING_GIVEN_BACK
    held_back: Sequence[HeldBack] | None = None


NOTHING_RECORDED = Recorded()


@dataclass(frozen=True)
class KpiReport:
    """The report of KPIs by stage, what it was taken from, and each KPI by month, over which the page looks back."""

    stages: StagesReport
    gathered: Gathered
    measures: Mapping[str, Measure]
    monthly: Sequence[KpiFigure]
    months: int


def kpi_report(
    home: Home, company: Company, *, as_of: Timestamp, months: int = 12, recorded: Recorded = NOTHING_RECORDED
) -> KpiReport:
    """Return the report of what was known by `as_of`.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    gathered = gather(home, company, as_of=as_of, months=months)
    measures = measures_of(gathered.facts, company)
    counts = counts_by_stage(company.stage_set, gathered.people.standings.now)
    report = StagesReport(
        as_of=format_time(as_of),
        company=company.sha256,
        currency=company.currency,
        stage_set=company.default_stage_set,
        horizon_days=company.horizon_days,
        customers=sum(counts.values()),
        stages=stage_lines(measures, company, counts=counts),
        everybody=everybody_lines(measures),
        notes=notes_of(gathered, measures),
        recoveries=recoveries_by_group(gathered, recorded.given_back, months=months),
        moves=stage_moves(gathered),
        held_back=None if recorded.held_back is None else held_offers(recorded.held_back, company, as_of=as_of),
    )
    return KpiReport(report, gathered, measures, monthly_figures(measures, company.stage_set, months=months), months)


def notes_of(gathered: Gathered, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Say plainly what could not be told and why, what stands in for something, and which months are left out."""
    company, facts = gathered.company, gathered.facts
    return (*_absent(measures), *_not_held(company), *_stands_in(gathered.without_margin), *_incomplete(facts), NO_PRICES)


def _absent(measures: Mapping[str, Measure]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, measure in measures.items():
        if measure.absent:
            reasons.setdefault(measure.absent, []).append(name)
    return [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]


def _not_held(company: Company) -> list[str]:
    """Name the stages of other sets that have limits or promises: only those of the default set are looked at."""
    named = {limit.stage for limit in company.kpi_limits} | {sla.stage for sla in company.slas}
    others = ", ".join(sorted(named - {stage.name for stage in company.stage_set.stages}))
    return (
        [f"limits and promises of {others}: not held, since they are no stages of {company.default_stage_set}"] if others else []
    )


def _stands_in(without_margin: float) -> list[str]:
    if not without_margin:
        return []
    return [f"margin_per_customer: of {without_margin:.0%} of purchased lines no margin is known; their revenue stands in for it"]


def _incomplete(facts: Facts) -> list[str]:
    """Say which months are left out of rates because they are not complete."""
    as_of, reach = facts.reach.as_of, facts.reach.sources
    running = running_month(as_of)
    notes = [f"{running.name} is not over: it is in no rate"] if running else []
    newest = whole_months(as_of, 1)[-1].until
    return notes + [
        f"{source} are complete until {format_time(until)}: later months are left out of their figures"
        for source, until in reach.items()
        if until < newest
    ]
