"""How use and risk are drawn: thirty whole weeks up to what is known, and one point for each prediction that is kept."""

from __future__ import annotations

import numpy as np

from features.times import DAY, WEEK, parse_time
from serving.history.former import Chance
from serving.history.glance import Glance, by_week
from serving.history.versions import version_of
from serving.page.about.reader import Reader
from serving.page.frame.wording import wording_of
from serving.page.past.series import WEEKS, risk_over_time, use_shown

NOW = parse_time("2026-03-10T12:00:00Z")
READER = Reader(wording_of("en"), NOW)


def glance(*uses: int, things=(), **observed: int) -> Glance:
    return Glance(tuple(things), np.array(sorted(uses), np.int64), observed, 0)


def test_a_use_counts_in_its_week_and_none_after_the_end():
    times = np.array([NOW - WEEK, NOW - WEEK + 1, NOW - 1, NOW])

    assert by_week(times, end=NOW, weeks=2) == [0, 3]


def test_weeks_end_where_the_feed_of_use_ended():
    told = use_shown(glance(NOW - 10 * DAY, usage=NOW - 9 * DAY), READER)

    assert told is not None
    assert told.rows[0] == ("22 Feb 2026", "1")
    assert len(told.rows) == WEEKS
    assert told.told == "1 use in 30 weeks, most in a week: 1."


def test_where_no_use_is_recorded_purchases_are_drawn():
    bought = {"customer_id": "c1", "purchase_id": "p", "occurred_at": NOW - DAY, "known_at": NOW - DAY, "kind": "order"}

    told = use_shown(glance(things=[version_of("purchases", bought)], purchases=NOW), READER)

    assert told is not None
    assert told.title == "Purchases in the last 30 weeks"


def test_where_nothing_is_recorded_nothing_is_drawn():
    assert use_shown(glance(), READER) is None


def test_one_prediction_is_no_line():
    assert risk_over_time([], Chance(NOW, 0.2), days=90, say=READER.say) is None


def test_the_line_ends_with_the_prediction_of_today():
    former = [Chance(NOW - 8 * WEEK, 0.1), Chance(NOW - 4 * WEEK, 0.3)]

    told = risk_over_time(former, Chance(NOW, 0.2), days=90, say=READER.say)

    assert told is not None
    assert told.told == "From 10% to 20%, in 3 predictions."
    assert told.rows[0] == ("10 Mar 2026", "20%")
    assert told.chart.count("<circle") == 3


def test_a_customer_at_risk_no_more_keeps_the_line_of_before():
    former = [Chance(NOW - 8 * WEEK, 0.1), Chance(NOW - 4 * WEEK, 0.3)]

    told = risk_over_time(former, None, days=90, say=READER.say)

    assert told is not None
    assert told.rows[0][1] == "30%"
