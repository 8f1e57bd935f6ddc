"""When is the next purchase to be expected: the median of the waiting time, whole days, never beyond what was graded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.learners.btyd import Btyd, PurchaseHistories
from models.purchase import median_waiting_days

RHYTHM = Btyd(r=0.8, alpha=12.0, a=0.5, b=3.0)
HORIZONS = (30, 60, 90)


def test_a_chance_of_one_half_at_a_horizon_is_that_horizon() -> None:
    assert median_waiting_days(np.array([[0.2, 0.5, 0.6]]), HORIZONS).tolist() == [60.0]


def test_nothing_is_said_beyond_the_longest_horizon() -> None:
    assert np.isnan(median_waiting_days(np.array([[0.1, 0.2, 0.499]]), HORIZONS)).all()


def test_the_soonest_purchase_is_expected_tomorrow_not_now() -> None:
    assert median_waiting_days(np.array([[1.0, 1.0, 1.0]]), HORIZONS).tolist() == [1.0]


def test_a_customer_who_may_have_left_buys_soon_or_hardly_at_all() -> None:
    """Where some have left for good, the others must come early for the chance within 30 days to be what it is."""
    history = PurchaseHistories(np.array([20.0]), np.array([100.0]), np.array([112.0]))

    rhythmic = median_waiting_days(np.array([[0.8, 0.85, 0.9]]), HORIZONS, rhythm=RHYTHM, histories=history)
    straight = median_waiting_days(np.array([[0.8, 0.85, 0.9]]), HORIZONS)

    assert rhythmic[0] < straight[0]


def test_the_rhythm_itself_gives_back_its_own_median() -> None:
    history = PurchaseHistories(np.array([20.0]), np.array([108.0]), np.array([112.0]))
    chances = np.array([[1 - RHYTHM.probability_of_silence(history, horizon=days)[0] for days in HORIZONS]])

    median = median_waiting_days(chances, HORIZONS, rhythm=RHYTHM, histories=history)[0]

    silent = [RHYTHM.probability_of_silence(history, horizon=days)[0] for days in (median - 1, median)]
    assert silent[0] > 0.5 >= silent[1]


def test_who_never_bought_is_answered_in_a_straight_line() -> None:
    never = PurchaseHistories(*(np.array([np.nan]) for _ in range(3)))
    chances = np.array([[0.75, 0.8, 0.9]])

    known = median_waiting_days(chances, HORIZONS, rhythm=RHYTHM, histories=never)

    assert known.tolist() == median_waiting_days(chances, HORIZONS).tolist() == [15.0]


@given(
    chances=st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted),
    repeats=st.integers(0, 200),
    last=st.floats(0, 700),
    since=st.floats(0, 700),
)
def test_the_day_always_lies_in_the_horizon_that_crosses_one_half(
    chances: list[float], repeats: int, last: float, since: float
) -> None:
    history = PurchaseHistories(np.array([float(repeats)]), np.array([last]), np.array([last + since]))

    day = median_waiting_days(np.array([chances]), HORIZONS, rhythm=RHYTHM, histories=history)[0]

    crossed = [days for days, chance in zip(HORIZONS, chances, strict=True) if 1 - chance <= 0.5]
    assert np.isnan(day) if not crossed else max(crossed[0] - 30, 1) <= day <= crossed[0]
