"""The expected days left in a stage: more where staying is likelier, never more than a year, and the formula as it is stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from models.transition.stay import WITHIN_DAYS, expected_days_left

HORIZONS = (30, 60, 90)
chance = st.floats(0.0, 1.0)


@given(st.lists(chance, min_size=3, max_size=3))
def test_nobody_is_expected_to_stay_less_than_not_at_all_or_more_than_a_year(still: list[float]) -> None:
    assert 0.0 <= expected_days_left(np.array([still]), HORIZONS)[0] <= WITHIN_DAYS + 1e-9


@given(st.lists(chance, min_size=3, max_size=3), st.floats(0.0, 0.3))
def test_who_is_likelier_to_stay_is_expected_to_stay_no_shorter(still: list[float], more: float) -> None:
    both = np.array([still, [min(each + more, 1.0) for each in still]])

    less, longer = expected_days_left(both, HORIZONS)

    assert longer >= less - 1e-9


def test_it_is_the_area_under_straight_lines_and_then_under_an_exponential() -> None:
    still = [0.9, 0.7, 0.4]
    rate = -np.log(0.4) / 90

    area = quad(lambda day: np.interp(day, [0, 30, 60, 90], [1.0, *still]), 0, 90, points=[30, 60])[0]
    tail = quad(lambda day: 0.4 * np.exp(-rate * (day - 90)), 90, 365)[0]

    assert expected_days_left(np.array([still]), HORIZONS)[0] == pytest.approx(area + tail)


def test_who_comes_back_did_leave() -> None:
    back, gone = expected_days_left(np.array([[0.5, 0.2, 0.9], [0.5, 0.2, 0.2]]), HORIZONS)

    assert back == gone


def test_nothing_beyond_a_year_is_counted_though_a_horizon_lies_there() -> None:
    stays, goes = expected_days_left(np.array([[1.0, 1.0], [1.0, 0.0]]), (300, 500))

    assert stays == WITHIN_DAYS
    assert goes == pytest.approx(300 + 65 * (1 + 135 / 200) / 2)
