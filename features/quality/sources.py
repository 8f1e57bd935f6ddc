"""What do the counts of a source say: its volume, gaps, delays, versions, contradictions and columns, as they are reported."""

from __future__ import annotations

import numpy as np

from features.contracts.sources import Source
from features.log.manifest import LogManifest
from features.quality.counting.columns import describe_column
from features.quality.counting.known import Contradicting
from features.quality.counting.span import Span, by_week, day_text
from features.quality.counting.stretches import EmptyRun, empty_runs, level_changes, raised, segments
from features.quality.counting.tally import DELAYS, Tally
from features.quality.report import Contradictions, Gap, Lateness, LevelChange, SourceQuality, Weeks, six_digits
from features.times import format_time

LATE_JUMP = 0.2
"""By how much the share of rows that come over a day late must rise to be told: a fifth of all rows."""


def describe_source(source: Source, tally: Tally, *, log: LogManifest) -> SourceQuality:
    """Describe one source that has rows."""
    observed_until = log.observed_until[source.name]
    span = Span.of(tally.days, observed_until=observed_until, delay_days=tally.delays.quantile(0.95))
    runs = empty_runs(tally.days[span.first_day : span.open_day], first_day=span.first_day)
    return SourceQuality(
        name=source.name,
        rows=tally.rows,
        versions=tally.versions,
        customers=tally.customers,
        several_versions_share=_share(tally.several, tally.rows),
        repeated_share=_share(tally.repeated, tally.rows),
        first=format_time(tally.first_at),
        last=format_time(tally.last_at),
        observed_until=format_time(observed_until),
        strays=tally.rows - int(tally.days[span.first_day : span.end_day].sum()),
        weeks=Weeks(span.monday(0), by_week(tally.days)[span.weeks].tolist()),
        gaps=[_gap(run, span) for run in runs],
        level_changes=_level_changes(tally, span, runs=runs),
        lateness=_lateness(tally, span),
        contradictions=_contradictions(tally.contradicting),
        columns=[describe_column(source.column(name), counts, span=span) for name, counts in tally.columns.items()],
    )


def _gap(run: EmptyRun, span: Span) -> Gap:
    begin, end = span.first_day + run.begin, span.first_day + run.end
    return Gap(
        begin=day_text(begin),
        end=day_text(end),
        days=end - begin,
        rows_expected=six_digits(run.expected),
        chance=six_digits(run.chance),
        is_open=end == span.open_day,
    )


def _level_changes(tally: Tally, span: Span, *, runs: list[EmptyRun]) -> list[LevelChange]:
    weeks, whole = by_week(tally.days)[span.weeks], span.whole_weeks()
    empty = np.zeros(len(weeks), np.bool_)
    for run in runs:
        empty[span.place_of(span.first_day + run.begin) : span.place_of(span.first_day + run.end - 1) + 1] = True
    found = level_changes(weeks[whole], without=empty[whole])
    return [LevelChange(span.monday(whole.start + one.week), one.before, one.after) for one in found]


def _lateness(tally: Tally, span: Span) -> Lateness:
    """Describe delays; of the weeks whose rows are still on their way only those in time are there, so they are not judged."""
    judged = max(span.place_of(span.open_day), 0)
    first, late = tally.first[span.weeks][:judged], tally.late[span.weeks][:judged]
    parts = segments(late / np.maximum(first, 1), first.astype(np.float64), jump=LATE_JUMP)
    delays, by_delay = tally.delays, tally.by_delay.tolist()
    return Lateness(
        median=six_digits(delays.quantile(0.5)),
        p95=six_digits(delays.quantile(0.95)),
        longest=six_digits(delays.quantile(1.0)),
        over_day_share=_share(sum(by_delay[3:]), delays.rows),
        over_week_share=_share(sum(by_delay[4:]), delays.rows),
        ahead_share=_share(tally.ahead, delays.rows),
        at_once_share=_share(tally.at_once, delays.rows),
        by_delay=dict(zip([*(f"up to {part}" for part in DELAYS), "longer"], by_delay, strict=True)),
        slower=[span.stretch(part, figure=part.level, beside=beside, weeks=judged) for part, beside in raised(parts)],
    )


def _contradictions(found: Contradicting) -> Contradictions:
    contracts = found.contracted > 0
    return Contradictions(
        unknown_customers=found.strangers,
        unknown_share=_share(found.unknown, found.owned),
        before_first_seen_share=_share(found.early, found.owned),
        before_joined_share=_share(found.unjoined, found.owned),
        outside_contract_share=_share(found.outside, found.contracted) if contracts else None,
        after_cancellation_share=_share(found.cancelled, found.contracted) if contracts else None,
    )


def _share(part: int, whole: int) -> float:
    return six_digits(part / max(whole, 1))
