from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.policy_value import Linearised, Terms, interval, linearised


def mean_of(values: np.ndarray) -> Terms:
    return Terms(values, np.ones(len(values)))


def test_the_error_of_a_mean_is_the_textbook_one() -> None:
    values = np.random.default_rng(0).normal(size=400)

    found = linearised(mean_of(values), np.arange(400))

    assert found.error == pytest.approx(values.std(ddof=1) / 20.0)


def test_rows_of_one_customer_count_as_one() -> None:
    values = np.random.default_rng(0).normal(size=100)

    once = linearised(mean_of(values), np.arange(100))
    repeated = linearised(mean_of(np.repeat(values, 5)), np.repeat(np.arange(100), 5))

    assert repeated.error == pytest.approx(once.error)


def test_the_influence_of_a_customer_is_what_leaving_them_out_changes() -> None:
    top, bottom = np.array([1.0, 5.0, 6.0, 4.0]), np.array([1.0, 2.0, 1.0, 4.0])

    found = linearised(Terms(top, bottom), np.array([3, 3, 5, 9]))

    without = np.array([(16 - each) / (8 - weight) for each, weight in ((6, 3), (6, 1), (4, 4))])
    assert found.influence == pytest.approx((2.0 - without) - (2.0 - without).mean())


def test_a_symmetric_sample_of_many_has_the_usual_interval() -> None:
    values = np.tile([-1.0, 1.0], 5_000)

    found = interval(linearised(mean_of(values), np.arange(10_000)))

    assert (found.low, found.high) == (pytest.approx(-0.0196, rel=1e-2), pytest.approx(0.0196, rel=1e-2))


def test_a_long_tail_upwards_stretches_the_interval_upwards() -> None:
    values = np.concatenate([np.zeros(400), np.full(8, 50.0)])

    found = interval(linearised(mean_of(values), np.arange(408)))

    assert found.high - found.value > 1.3 * (found.value - found.low)


@pytest.mark.parametrize("tail", [8.0, -8.0, 2.0])
def test_the_ends_solve_halls_cubic_at_the_quantiles_of_student(tail: float) -> None:
    influence = np.concatenate([np.full(80, -tail / 10), np.full(8, tail)])
    found = Linearised(3.0, influence)
    lean = (influence**3).sum() / (influence**2).sum() ** 1.5
    customers = (influence**2).sum() ** 2 / (influence**4).sum()

    shown = interval(found)

    scores = (3.0 - np.array([shown.low, shown.high])) / found.error
    cubic = scores + lean * scores**2 / 3 + lean**2 * scores**3 / 27 + lean / 6
    assert cubic == pytest.approx(stats.t.ppf([0.975, 0.025], customers))


def test_few_who_carry_the_error_make_the_interval_longer() -> None:
    even, few = np.tile([-1.0, 1.0], 50), np.zeros(100)
    few[:4] = np.array([-5.0, 5.0, -5.0, 5.0])

    of_many, of_few = (interval(Linearised(0.0, each)) for each in (even, few))

    assert Linearised(0.0, even).error == pytest.approx(Linearised(0.0, few).error)
    assert of_few.high - of_few.low > 1.3 * (of_many.high - of_many.low)


def test_what_two_values_share_cancels_in_their_difference() -> None:
    rng = np.random.default_rng(1)
    shared, own = rng.normal(size=500) * 100.0, rng.normal(size=500)
    first, second = (linearised(mean_of(each), np.arange(500)) for each in (shared + own + 3.0, shared))

    gap = interval(first - second)

    assert gap.high - gap.low < 0.3
    assert gap.low < 3.0 < gap.high


def test_one_customer_says_nothing_and_no_spread_says_all() -> None:
    alone = interval(linearised(mean_of(np.array([1.0, 2.0])), np.array([7, 7])))
    equal = interval(linearised(mean_of(np.array([2.0, 2.0])), np.array([7, 8])))

    assert (alone.low, alone.value, alone.high) == (-np.inf, 1.5, np.inf)
    assert (equal.low, equal.value, equal.high) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("seed", range(3))
def test_nineteen_of_twenty_intervals_of_a_skewed_mean_cover_it(seed: int) -> None:
    draws = np.random.default_rng(seed).lognormal(0.0, 1.2, size=(400, 100))
    truth, customers = np.exp(0.72), np.arange(100)

    found = [interval(linearised(mean_of(each), customers)) for each in draws]

    plain = [abs(each.mean() - truth) <= 1.96 * each.std() / 10 for each in draws]
    covered = np.mean([each.low <= truth <= each.high for each in found])
    assert 0.92 <= covered <= 0.98
    assert covered > np.mean(plain) + 0.02
