from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import (
    DAY,
    WEEK,
    NaiveTime,
    format_time,
    monday_at_or_before,
    month_starts,
    parse_time,
    to_datetime,
    to_timestamp,
)

MOMENTS = st.integers(min_value=0, max_value=7_000_000_000_000_000)


@given(MOMENTS)
def test_a_moment_survives_being_written_and_read(moment: int) -> None:
    assert parse_time(format_time(moment)) == moment
    assert to_timestamp(to_datetime(moment)) == moment


@pytest.mark.parametrize("text", ["2026-03-01T10:00:00", "yesterday", "2026-02-30", "", "2026-13-01T00:00:00Z"])
def test_a_time_without_zone_or_sense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NaiveTime, match=r"ISO 8601|with a zone"):
        parse_time(text)


def test_a_zone_is_honoured() -> None:
    assert parse_time("2026-03-01T00:00:00-03:00") == parse_time("2026-03-01T03:00:00Z")


@given(MOMENTS)
def test_the_monday_is_a_monday_at_most_a_week_back(moment: int) -> None:
    monday = monday_at_or_before(moment)

    assert to_datetime(monday).weekday() == 0
    assert monday % DAY == 0
    assert 0 <= moment - monday < WEEK


def test_month_starts_cross_years_and_leap_days() -> None:
    starts = month_starts(parse_time("2023-12-01"), parse_time("2024-03-31"))

    assert [to_datetime(start).date() for start in starts] == [
        dt.date(2023, 12, 1),
        *(dt.date(2024, month, 1) for month in (1, 2, 3)),
    ]
