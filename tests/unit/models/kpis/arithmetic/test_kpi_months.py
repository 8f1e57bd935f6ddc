"""That only what has ended counts as a month."""

from __future__ import annotations

from itertools import pairwise

from features.times import format_time, parse_time
from models.kpis.arithmetic.months import pooled, quarters_before, running_month, whole_months


def test_a_month_counts_from_the_moment_it_has_ended() -> None:
    assert [month.name for month in whole_months(parse_time("2026-01-01"), 1)] == ["2025-12"]
    assert [month.name for month in whole_months(parse_time("2026-01-01") - 1, 1)] == ["2025-11"]


def test_months_follow_each_other_without_a_gap() -> None:
    months = whole_months(parse_time("2026-03-15"), 24)

    assert len(months) == 24
    assert all(one.until == then.since for one, then in pairwise(months))
    assert format_time(pooled(months).since) == "2024-03-01T00:00:00Z"


def test_the_running_month_ends_now_and_there_is_none_on_its_first_moment() -> None:
    running = running_month(parse_time("2026-03-15"))

    assert running is not None
    assert (running.name, running.until) == ("2026-03", parse_time("2026-03-15"))
    assert running_month(parse_time("2026-03-01")) is None


def test_quarters_of_joining_cover_the_running_one() -> None:
    quarters = quarters_before(parse_time("2026-02-10"), 3)

    assert [format_time(quarter.since)[:10] for quarter in quarters] == ["2025-07-01", "2025-10-01", "2026-01-01"]
    assert quarters[-1].until == parse_time("2026-04-01")
    assert [quarter.quarter for quarter in quarters] == ["2025-Q3", "2025-Q4", "2026-Q1"]
