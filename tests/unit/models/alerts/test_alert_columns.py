"""An alert keeps its moment while it stands, and a risk band rises only against the same model's word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.company import default_company_text, read_company
from features.times import DAY, parse_time
from models.alerts import ALERT_CODES, Before, Known, alert_column, alert_columns

COMPANY = read_company(default_company_text("default"))
AS_OF = parse_time("2026-01-01")
CHURN = f"churn_{COMPANY.horizon_days}"
LOW, MEDIUM, HIGH = 0.0, COMPANY.churn.medium_from, COMPANY.churn.high_from
UP = alert_column("risk_band_up")
FALLING = alert_column("usage_falling")


def columns(leaving, *, share=1.0):
    rows = np.atleast_1d(np.asarray(leaving, dtype=np.float64))
    use = {"feature_usage_week_vs_30w": np.full(len(rows), share), "feature_usage_count_90d": np.full(len(rows), 50.0)}
    return {CHURN: rows, **use}


def published(leaving, *, before=None, same_churn=True, as_of=AS_OF, share=1.0):
    said = columns(leaving, share=share)
    earlier = None if before is None else Before(before, same_churn)
    return said | alert_columns(Known(said, COMPANY), as_of=as_of, before=earlier)


@pytest.mark.parametrize(
    ("then", "now", "rises"),
    [
        (LOW, MEDIUM, True),
        (LOW, HIGH, True),
        (MEDIUM, HIGH, True),
        (HIGH, HIGH, False),
        (HIGH, LOW, False),
        (np.nan, HIGH, False),
    ],
)
def test_a_band_rises_against_the_predictions_before(then, now, rises):
    found = published(now, before=published(then))

    assert np.isfinite(found[UP][0]) == rises


def test_a_rise_is_not_told_where_another_model_speaks_or_none_spoke_before():
    assert np.isnan(published(HIGH, before=published(LOW), same_churn=False)[UP]).all()
    assert np.isnan(published(HIGH)[UP]).all()


def test_a_rise_stands_until_the_band_falls():
    risen = published(HIGH, before=published(LOW))
    still = published(HIGH, before=risen, as_of=AS_OF + DAY)

    assert still[UP] == AS_OF
    assert np.isnan(published(MEDIUM, before=still, as_of=AS_OF + 2 * DAY)[UP])


def test_a_rise_is_news_for_as_long_as_its_horizon():
    risen = published(HIGH, before=published(LOW))
    over = AS_OF + COMPANY.horizon_days * DAY

    assert np.isfinite(published(HIGH, before=risen, as_of=over - 1)[UP])
    assert np.isnan(published(HIGH, before=risen, as_of=over)[UP])


def test_an_alert_that_ended_and_comes_back_is_a_new_one():
    first = published(LOW, share=0.1)
    gone = published(LOW, before=first, as_of=AS_OF + DAY)
    again = published(LOW, before=gone, as_of=AS_OF + 2 * DAY, share=0.1)

    assert [first[FALLING][0], again[FALLING][0]] == [AS_OF, AS_OF + 2 * DAY]
    assert np.isnan(gone[FALLING][0])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 3)), min_size=1, max_size=8))
def test_while_an_alert_stands_its_moment_stays_and_never_lies_ahead(course):
    before = None
    for day, (leaving, share) in enumerate(course):
        found = published(leaving, before=before, as_of=AS_OF + day * DAY, share=share)
        for code in ALERT_CODES:
            now, then = found[alert_column(code)][0], np.nan if before is None else before[alert_column(code)][0]
            assert np.isnan(now) or now <= AS_OF + day * DAY
            assert np.isnan(now) or np.isnan(then) or now == then
        before = found


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_many_customers_at_once_are_judged_as_each_alone(course):
    then, now = (np.array(each) for each in zip(*course, strict=True))
    together = published(now, before=published(then))

    alone = [published(now[row], before=published(then[row]))[UP][0] for row in range(len(now))]
    assert np.array_equal(together[UP], alone, equal_nan=True)
