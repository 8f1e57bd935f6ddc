"""What of the feeds must somebody know or look at: one that lies behind or fell silent, a week unlike others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.quality.wording import counted
from features.reports.monitor import FeedState, Finding
from features.times import DAY, HOUR, Timestamp

Found = Iterator[Finding]


def findings_of_feeds(feeds: Sequence[FeedState]) -> Found:
    """Judge every source by itself: an alarm only where features read it."""
    for feed in feeds:
        yield from _behind(feed)
        yield from _silent(feed)
        yield from _unusual(feed)


def findings_of_age(behind: Timestamp, *, stale_hours: float) -> Found:
    """Judge how far the live predictions lie behind the newest moment at which they could be made."""
    if behind > stale_hours * HOUR:
        yield Finding(
            level="alarm",
            section="feeds",
            about="predictions",
            text=f"what is live was predicted {counted(round(behind / DAY), 'day')} before the newest moment the log bears",
            measure="hours behind",
            figure=behind / HOUR,
            limit=stale_hours,
            advice="`lifecycle score` predicts anew; run it after every delivery",
        )


def _behind(feed: FeedState) -> Found:
    if feed.hours_behind > feed.limit_hours:
        yield Finding(
            level="alarm" if feed.read else "note",
            section="feeds",
            about=feed.source,
            text=f"observed until {feed.observed_until[:16]}, {counted(round(feed.hours_behind), 'hour')} behind",
            measure="hours behind",
            figure=feed.hours_behind,
            limit=feed.limit_hours,
            advice="deliver what came since, or say that nothing did (`observed_until`); then `lifecycle score`",
        )


def _silent(feed: FeedState) -> Found:
    if feed.silent_days:
        yield Finding(
            level="alarm" if feed.read else "note",
            section="feeds",
            about=feed.source,
            text=f"no row in the newest {counted(feed.silent_days, 'day')}, about {feed.silent_rows_expected:,.0f} were to be "
            "expected, though the source is said to be complete",
            measure="days without a row",
            figure=feed.silent_days,
            limit=0,
            advice="see whether the feed still runs; customers look silent who are not",
        )


def _unusual(feed: FeedState) -> Found:
    if feed.usual is not None and feed.rows is not None and not feed.usual.low <= feed.rows <= feed.usual.high:
        limit = feed.usual.low if feed.rows < feed.usual.low else feed.usual.high
        yield Finding(
            level="note",
            section="feeds",
            about=feed.source,
            text=f"{feed.rows:,} rows in the week of {feed.week}, usually {feed.usual.rows:,.0f}",
            measure="rows of the last full week",
            figure=feed.rows,
            limit=limit,
            advice="see what changed, the business or the feed: a part lost, or delivered twice",
        )
