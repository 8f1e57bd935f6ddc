"""What does the report say of each stage: every KPI with its figure, limit, verdict and trend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from features.company.business import StageSet
from features.company.schema import Company
from features.reports.stages import KpiLine, StageKpis
from features.times import format_time
from models.kpis.arithmetic.figures import NOTHING, Figure
from models.kpis.arithmetic.observations import Measured, Observations
from models.kpis.arithmetic.verdicts import Limit, beyond, change_of, told, verdict
from models.kpis.measures import Measure

_OF_EACH_CUSTOMER = "nps_score"


@dataclass(frozen=True)
class KpiFigure:
    """One KPI of one stage (None: of everybody) in one month."""

    kpi: str
    month: str
    stage: str | None
    figure: Figure


def stage_lines(measures: Mapping[str, Measure], company: Company, *, counts: Mapping[str, int]) -> tuple[StageKpis, ...]:
    """Return the lines of each stage of the default set, in the order of life; `counts`: who stands in it now."""
    limits, everybody = limits_of(company), sum(counts.values())
    return tuple(
        StageKpis(
            stage,
            counts[stage],
            _rounded(counts[stage] / everybody) or 0.0 if everybody else 0.0,
            tuple(
                _line(measure, place=places_of(company.stage_set)[stage], limit=limits.get((stage, name)))
                for name, measure in measures.items()
            ),
        )
        for stage in company.stage_set.order
    )


def everybody_lines(measures: Mapping[str, Measure]) -> tuple[KpiLine, ...]:
    """Return the lines of all stages together, to which no limit applies."""
    return tuple(_line(measure, place=None, limit=None) for measure in measures.values())


def monthly_figures(measures: Mapping[str, Measure], stage_set: StageSet, *, months: int) -> list[KpiFigure]:
    """Return each KPI in each of its newest complete months, of everybody and by stage; months without a row are left out."""
    stages: list[tuple[str | None, int | None]] = [(None, None), *places_of(stage_set).items()]
    found = [
        KpiFigure(name, month.name, stage, told(_figure(within, place)))
        for name, measure in measures.items()
        for month in measure.months(months)
        for within in [measure.seen.within(month.since, month.until)]
        for stage, place in stages
    ]
    return [each for each in found if each.figure.customers]


def limits_of(company: Company) -> dict[tuple[str, str], Limit]:
    """Return the limits of the company file by stage and KPI."""
    return {
        (limit.stage, limit.kpi): Limit(
            -np.inf if limit.minimum is None else limit.minimum, np.inf if limit.maximum is None else limit.maximum
        )
        for limit in company.kpi_limits
    }


def places_of(stage_set: StageSet) -> dict[str, int]:
    """Return the place of each stage, in the order of life."""
    places = {stage.name: place for place, stage in enumerate(stage_set.stages)}
    return {name: places[name] for name in stage_set.order}


def _line(measure: Measure, *, place: int | None, limit: Limit | None) -> KpiLine:
    period = measure.period
    seen = measure.seen.within(period.since, period.until)
    figure = told(_figure(seen, place))
    line = KpiLine(
        kpi=measure.kpi.name,
        since=format_time(period.since),
        until=format_time(period.until),
        value=_rounded(figure.value),
        low=_rounded(figure.low),
        high=_rounded(figure.high),
        count=figure.count,
        customers=figure.customers,
        note=_note(measure, figure),
    )
    return _held(_moved(line, measure, now=figure, place=place), limit, figure=figure, outside=partial(_outside, seen, place))


def _moved(line: KpiLine, measure: Measure, *, now: Figure, place: int | None) -> KpiLine:
    """Add how the figure moved since the period before."""
    period = measure.period_before
    before = NOTHING if period is None else _figure(measure.seen.within(period.since, period.until), place)
    changed = change_of(now, before, more_is_better=measure.kpi.more_is_better)
    if changed is None:
        return line
    return replace(line, previous=_rounded(changed.previous), change=_rounded(changed.change), trend=changed.trend)


def _held(line: KpiLine, limit: Limit | None, *, figure: Figure, outside: Callable[..., int]) -> KpiLine:
    """Add the limit, and what holding the figure against it comes to."""
    if limit is None:
        return line
    return replace(
        line,
        minimum=_rounded(limit.minimum),
        maximum=_rounded(limit.maximum),
        verdict=verdict(figure, limit),
        beyond=_rounded(beyond(figure, limit)),
        outside=outside(limit=limit) if line.kpi == _OF_EACH_CUSTOMER else None,
    )


def _figure(seen: Measured, place: int | None) -> Figure:
    return (seen if place is None else seen.of_stage(place)).figure()


def _outside(seen: Measured, place: int | None, *, limit: Limit) -> int:
    """Return how many customers' own answers lie past the limit."""
    part = seen if place is None else seen.of_stage(place)
    amounts = part.amounts if isinstance(part, Observations) else np.zeros(0)
    return int(((amounts < limit.minimum) | (amounts > limit.maximum)).sum())


def _note(measure: Measure, figure: Figure) -> str | None:
    if measure.absent:
        return measure.absent
    if np.isinf(figure.value):
        return f"not reached by half of them yet; not before day {figure.low:.0f}"
    if figure.customers and np.isnan(figure.value):
        return "too few customers to tell of"
    return None if figure.customers else "nobody in this period"


def _rounded(value: float) -> float | None:
    """Return the number to six digits, None where it is not known or has no end."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
