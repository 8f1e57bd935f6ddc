"""That a company delivered month by month is in the end the company delivered at once, and never knows more than its moment."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc

from features.home import Home
from features.log.store import EventLog
from features.times import parse_time
from training.simulated import simulate
from training.simulated.replay import Replay

UNTIL = parse_time("2025-01-01")


def replayed(home: Home) -> Replay:
    company = simulate(20, seed=2, until=UNTIL, years=1)
    return Replay(company.tables, company.observed_until, home)


def test_delivered_in_parts_the_log_says_what_it_says_delivered_at_once(tmp_path: Path) -> None:
    parts, whole = replayed(Home(tmp_path / "parts")), replayed(Home(tmp_path / "whole"))

    list(parts.months([parse_time("2024-06-01"), parse_time("2024-07-01"), UNTIL]))
    whole.deliver(until=UNTIL)

    assert EventLog.open(parts.home).digest == EventLog.open(whole.home).digest


def test_at_a_moment_nothing_is_known_of_later_and_feeds_are_complete_until_it(tmp_path: Path) -> None:
    moment = parse_time("2024-09-01")
    replay = replayed(Home(tmp_path))

    replay.deliver(until=moment)

    log = EventLog.open(replay.home)
    usage = [log.bucket("usage", bucket)["known_at"] for bucket in range(log.manifest.buckets)]
    assert max(pc.max(each).cast("int64").as_py() or 0 for each in usage if len(each)) < moment
    assert set(log.manifest.observed_until.values()) == {moment}


def test_a_feed_that_stopped_stays_where_it_stopped(tmp_path: Path) -> None:
    replay = replayed(Home(tmp_path))

    report = replay.deliver(until=UNTIL)

    assert report.observed_until["mentions"] < UNTIL == report.observed_until["usage"]
