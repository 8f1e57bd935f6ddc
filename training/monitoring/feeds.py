"""How do the feeds stand: how far each source lies behind, whether it fell silent, and whether the last week was like others.

A source is judged by its own past: how long it usually lets wait, and how much its weeks usually differ from those before them.
A quiet week at the turn of the year is unusual only in a source that was never so quiet before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER
from features.contracts.sources import SOURCES, Source
from features.log.store import EventLog
from features.quality.counting.span import DAYS, Span, by_week
from features.quality.counting.stretches import (
    LEVEL_DEVIATIONS,
    LEVEL_RATIO,
    START_WEEKS,
    EmptyRun,
    empty_runs,
    weekly_scatter,
)
from features.quality.counting.versions import Versions
from features.reports.monitor import FeedState, UsualWeek
from features.times import DAY, HOUR, Timestamp, format_time
from training.labels.labels import observed_by
from training.monitoring.publications import Watched

BEFORE_WEEKS = 8
"""A week is held against the median of as many before it: enough of them, and little growth."""

SHOWN_WEEKS = 104
_USUAL = 0.95

Ints = npt.NDArray[np.int64]


def feeds_of(watched: Watched) -> list[FeedState]:
    """Return how each source that has rows stands at the moment."""
    read = {load.source for load in watched.company.catalogue.compiled.loads}
    stale = watched.company.alerts.stale_hours
    arrived = [_Arrived.of(watched.log, source, moment=watched.moment) for source in watched.log.manifest.rows]
    return [each.state(read=each.source in read, stale_hours=stale) for each in arrived if len(each.at)]


def usual_week(weeks: Ints) -> UsualWeek | None:
    """Return what the last of these whole weeks should bring; None where too few lie before it.

    Unusual is a week that differs from the eight before by a factor of two and by more than any week of the past did, and by more
    than five standard deviations of the scatter from week to week.

    >>> usual_week(np.full(40, 100)).rows
    100.0
    """
    if len(weeks) < START_WEEKS + BEFORE_WEEKS:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(weeks[:-1], BEFORE_WEEKS)
    expected = np.median(windows, axis=1)
    *_, rows = expected.tolist()
    past = (weeks[BEFORE_WEEKS:-1] + 0.5) / (expected[:-1] + 0.5)
    ratios = past[-SHOWN_WEEKS:]
    scatter = LEVEL_DEVIATIONS * float(np.sqrt(max(rows, 1.0) * weekly_scatter(weeks)))
    low = min(rows * min(1 / LEVEL_RATIO, float(ratios.min())), rows - scatter)
    return UsualWeek(rows, max(low, 0.0), max(rows * max(LEVEL_RATIO, float(ratios.max())), rows + scatter))


@dataclass(frozen=True)
class _Arrived:
    """The rows of one source as they were known at a moment: when each happened, when versions came, how late the first ones."""

    source: str
    moment: Timestamp
    observed: Timestamp
    at: Ints
    known_at: Ints
    delays: Ints

    @classmethod
    def of(cls, log: EventLog, source: str, *, moment: Timestamp) -> _Arrived:
        """Read the times of a source, bucket by bucket."""
        parts = [_times(log, SOURCES[source], bucket=bucket, moment=moment) for bucket in range(log.manifest.buckets)]
        times = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(source, moment, observed_by(log, moment, sources=(source,))[source], *times)

    @property
    def days(self) -> Ints:
        """Return the rows of each day since 1970."""
        return np.bincount(self.at // DAY, minlength=DAYS)

    @property
    def usual_wait_hours(self) -> float | None:
        """Return how long nothing new usually comes: what all but one in twenty waits of the last year stayed within."""
        days = np.unique(self.known_at[self.known_at >= self.observed - 365 * DAY] // DAY)
        return float(np.quantile(np.diff(days), _USUAL) * DAY / HOUR) if len(days) > BEFORE_WEEKS else None

    def state(self, *, read: bool, stale_hours: float) -> FeedState:
        """Return how the source stands."""
        late_days = float(np.quantile(np.maximum(self.delays, 0), _USUAL)) / DAY
        span = Span.of(self.days, observed_until=self.observed, delay_days=late_days)
        whole = span.whole_weeks()
        weeks = by_week(self.days)[span.weeks][whole]
        silent, wait = self._silent(span), self.usual_wait_hours
        first = max(len(weeks) - SHOWN_WEEKS, 0)
        return FeedState(
            source=self.source,
            read=read,
            observed_until=format_time(self.observed),
            hours_behind=(self.moment - self.observed) / HOUR,
            usual_wait_hours=wait,
            limit_hours=max(stale_hours, wait or 0.0),
            week=span.monday(whole.start + len(weeks) - 1) if len(weeks) else None,
            rows=int(weeks[-1]) if len(weeks) else None,
            usual=usual_week(weeks),
            silent_days=silent.end - silent.begin if silent else 0,
            silent_rows_expected=silent.expected if silent else 0.0,
            first_week=span.monday(whole.start + first),
            weeks=weeks[first:].tolist(),
        )

    def _silent(self, span: Span) -> EmptyRun | None:
        """Return the newest days, complete by now, on which nothing happened though chance does not explain it."""
        complete = span.open_day - span.first_day
        runs = empty_runs(self.days[span.first_day : span.open_day], first_day=span.first_day)
        return next((run for run in runs if run.end == complete), None)


def _times(log: EventLog, source: Source, *, bucket: int, moment: Timestamp) -> tuple[Ints, Ints, Ints]:
    """Return when the rows happened that stood at the moment, when versions had come by then, and the delays of first ones."""
    names = dict.fromkeys(("customer_id", source.key, source.time, "known_at", "superseded_at"))
    versions = Versions(source, log.bucket(source.name, bucket, tuple(names)))
    until = pc.fill_null(versions.table["superseded_at"].cast(pa.int64()), NEVER).to_numpy()
    known = versions.known_at < moment
    stood, first = known & (until >= moment) & (versions.at < moment), known & versions.is_first
    return versions.at[stood], versions.known_at[known], (versions.known_at - versions.at)[first]
