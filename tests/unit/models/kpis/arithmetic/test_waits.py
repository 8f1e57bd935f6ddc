"""That who still waits is not left out of how long it takes."""

from __future__ import annotations

import numpy as np
import pytest

from models.kpis.arithmetic.waits import Waits


def waits(days: list[float], happened: list[bool]) -> Waits:
    count = len(days)
    return Waits(np.arange(count), np.zeros(count, np.int8), np.zeros(count, np.int64), np.array(days), np.array(happened))


def test_the_median_of_who_has_all_arrived_is_the_median() -> None:
    found = waits([1.0, 2.0, 3.0, 4.0, 5.0], [True] * 5).figure()

    assert (found.value, found.count) == (3.0, 5)


def test_who_still_waits_makes_the_median_longer() -> None:
    arrived, waiting = [10.0, 20.0, 30.0, 40.0], [50.0] * 3

    found = waits([*arrived, *waiting], [True] * 4 + [False] * 3).figure()

    assert found.value == 40.0


def test_who_was_watched_briefly_counts_for_as_long_as_they_were_watched() -> None:
    found = waits([5.0, 10.0, 10.0, 20.0], [False, True, False, True])

    assert found.share_by(10.0).value == pytest.approx(1 / 3)
    assert found.figure().value == 20.0


def test_a_median_that_has_not_come_is_bounded_by_the_watch() -> None:
    found = waits([30.0] + [100.0] * 29, [True] + [False] * 29).figure()

    assert np.isinf(found.value)
    assert found.low == 100.0


def test_a_share_by_a_day_nobody_was_watched_until_is_not_told() -> None:
    assert np.isnan(waits([5.0, 6.0], [True, False]).share_by(30.0).value)


def test_before_the_first_arrival_nobody_has_arrived() -> None:
    assert waits([5.0, 6.0], [True, True]).share_by(1.0).value == 0.0


def test_the_interval_of_a_median_holds_it_and_narrows_with_more_customers() -> None:
    random = np.random.default_rng(3)
    few, many = (waits(random.exponential(30, size=size).tolist(), [True] * size).figure() for size in (20, 2000))

    assert few.low <= few.value <= few.high
    assert many.high - many.low < (few.high - few.low) / 4
    assert many.low < 30 * np.log(2) < many.high
