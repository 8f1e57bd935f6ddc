"""That an effect says how far a column moved, and that chance does not reach its limit, however small or tied the samples."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from training.monitoring.drift.effects import Budget, cohens_d, exceeding, farthest_share, moved_share, smallest_effect


def test_the_effect_of_order_is_the_share_of_pairs_with_ties_counting_half() -> None:
    now, then = np.array([1.0, 2.0, 5.0]), np.array([0.0, 2.0])

    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in now for b in then]
    assert exceeding(now, then) == pytest.approx(np.mean(pairs))


def test_a_shift_of_normal_values_is_read_back_in_standard_deviations() -> None:
    random = np.random.default_rng(0)

    effect = exceeding(random.normal(0.5, 1, 20_000), random.normal(0, 1, 20_000))

    assert cohens_d(effect) == pytest.approx(0.5, abs=0.03)


def test_a_column_that_only_widens_keeps_its_order_and_shows_in_its_shares() -> None:
    random = np.random.default_rng(0)
    then, now = random.normal(0, 1, 2_000), random.normal(0, 3, 2_000)

    assert abs(exceeding(now, then) - 0.5) < Budget(500).limit(2_000, 2_000)
    assert farthest_share(now, then) > Budget(500).share_limit(2_000, 2_000, log_sets=np.log(2 * 3_999))


def test_the_moved_share_is_what_would_have_to_change_its_code() -> None:
    assert moved_share(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), codes=3) == pytest.approx(0.25)


@pytest.mark.parametrize("values", [[0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 1, 1, 2, 9], [0, 0, 0, 0, 0, 0, 0, 1]])
def test_no_way_to_divide_a_small_sample_is_likelier_beyond_the_limit_than_allowed(values: list[float]) -> None:
    pooled, chance = np.array(values, dtype=float), 0.2
    limit = np.sqrt((8 + 1) / (6 * 3 * 5) * np.log(2 / chance))

    ways = [np.isin(np.arange(8), chosen) for chosen in combinations(range(8), 3)]
    beyond = [abs(exceeding(pooled[way], pooled[~way]) - 0.5) >= limit for way in ways]

    assert limit < 0.5
    assert np.mean(beyond) <= chance


def test_a_few_customers_can_never_alarm() -> None:
    assert Budget(500).limit(5, 100_000) > 0.5
    assert Budget(500).share_limit(5, 100_000) > 1


def test_many_customers_alarm_only_where_it_matters() -> None:
    assert Budget(500).limit(10**6, 10**6) == smallest_effect()


def test_a_limit_rises_with_what_is_tested_and_falls_with_customers() -> None:
    assert Budget(500).limit(300, 300) > Budget(5).limit(300, 300)
    assert Budget(500).limit(300, 300) > Budget(500).limit(600, 300)
