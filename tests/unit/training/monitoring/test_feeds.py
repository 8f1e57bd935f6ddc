"""That a feed is judged by its own past: what lags, fell silent, or brought an unusual week is told, a quiet season is not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.reports.monitor import FeedState
from features.times import DAY, HOUR, Timestamp, parse_time
from training.monitoring.feed_findings import findings_of_age, findings_of_feeds
from training.monitoring.feeds import feeds_of, usual_week

BEGINS, ENDS = parse_time("2024-01-01"), parse_time("2025-01-06")


def weeks(count: int = 60, *, level: float = 100.0) -> np.ndarray:
    return np.random.default_rng(0).poisson(level, count)


def watched(folder: Path, *, every_days: int = 1, until: Timestamp = ENDS, observed: Timestamp = ENDS) -> Any:
    """Build a company whose customers use the product ten times on every so-manieth day, as watched at the end."""
    days = np.repeat(np.arange(BEGINS, until, every_days * DAY), 10)
    moments = pd.to_datetime(days + np.arange(len(days)) % 10 * HOUR, unit="us", utc=True)
    ids = [f"u{place}" for place in range(len(days))]
    usage = pd.DataFrame({"event_id": ids, "customer_id": "c1", "occurred_at": moments, "known_at": moments, "feature": "api"})
    append(Home(folder), {"usage": usage}, receipt=Receipt(ENDS, "given", {"usage": observed}))
    loads = SimpleNamespace(loads=[SimpleNamespace(source="usage")])
    company = SimpleNamespace(catalogue=SimpleNamespace(compiled=loads), alerts=SimpleNamespace(stale_hours=48.0))
    return SimpleNamespace(log=EventLog.open(Home(folder)), moment=ENDS, company=company)


def found(feeds: list[FeedState]) -> list[tuple[str, str]]:
    return [(finding.level, finding.measure) for finding in findings_of_feeds(feeds)]


def test_a_feed_that_is_complete_and_like_itself_is_left_alone(tmp_path: Path) -> None:
    (feed,) = feeds_of(watched(tmp_path))

    assert found([feed]) == []
    assert (feed.week, feed.rows, feed.usual and feed.usual.rows) == ("2024-12-30", 70, 70)


def test_a_feed_that_lags_is_an_alarm(tmp_path: Path) -> None:
    feeds = feeds_of(watched(tmp_path, until=ENDS - 5 * DAY, observed=ENDS - 5 * DAY))

    assert found(feeds) == [("alarm", "hours behind")]


def test_a_feed_that_comes_weekly_may_lag_for_a_week(tmp_path: Path) -> None:
    (feed,) = feeds_of(watched(tmp_path, every_days=7, until=ENDS - 6 * DAY, observed=ENDS - 6 * DAY))

    assert (feed.usual_wait_hours, feed.limit_hours) == (168.0, 168.0)
    assert found([feed]) == []


def test_a_feed_that_fell_silent_and_claims_to_be_complete_is_an_alarm(tmp_path: Path) -> None:
    (feed,) = feeds_of(watched(tmp_path, until=ENDS - 9 * DAY))

    assert ("alarm", "days without a row") in found([feed])
    assert feed.silent_days == 9


def test_what_no_feature_reads_is_only_a_note(tmp_path: Path) -> None:
    scene = watched(tmp_path, until=ENDS - 5 * DAY, observed=ENDS - 5 * DAY)
    scene.company.catalogue.compiled.loads = []

    assert found(feeds_of(scene)) == [("note", "hours behind")]


def test_rows_of_later_are_not_seen_from_a_moment_before_them(tmp_path: Path) -> None:
    scene = watched(tmp_path)
    scene.moment = ENDS - 70 * DAY

    (feed,) = feeds_of(scene)

    assert (feed.hours_behind, feed.week) == (0, "2024-10-21")


@pytest.mark.parametrize("last", [30, 260])
def test_half_or_double_the_rows_are_unusual(last: int) -> None:
    usual = usual_week(np.append(weeks(), last))

    assert usual is not None
    assert not usual.low <= last <= usual.high


def test_a_season_that_came_before_is_not() -> None:
    before, now = weeks(52), weeks(52)
    before[-1], now[-1] = 10, 20

    usual = usual_week(np.concatenate([weeks(20), before, now]))

    assert usual is not None
    assert usual.low < 20


def test_a_young_source_says_nothing_yet() -> None:
    assert usual_week(weeks(15)) is None


def test_predictions_older_than_the_log_bears_are_an_alarm() -> None:
    assert [finding.level for finding in findings_of_age(3 * DAY, stale_hours=48)] == ["alarm"]
    assert not list(findings_of_age(DAY, stale_hours=48))
