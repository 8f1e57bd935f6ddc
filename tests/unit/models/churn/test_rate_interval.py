"""The interval of a chance: wide after few moments, rising, around the point, and holding the rates of times to come."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from models.churn.interval import COVERED, RateInterval, Tenth, fit_interval, tenths_of


def moment(random: np.random.Generator, *, spread: float, customers: int = 250) -> list[Tenth]:
    """Build the tenths of one moment whose whole level lies off what was said by a draw of that spread."""
    said = expit(np.linspace(-4, 0, 10))
    rates = expit(logit(said) + random.normal(0, spread))
    return [
        Tenth(customers, float(one), random.binomial(customers, rate) / customers) for one, rate in zip(said, rates, strict=True)
    ]


def width(interval: RateInterval, log_odds: float = -1.0) -> float:
    low, high = interval.bounds(np.array([log_odds]))
    return float(high[0] - low[0])


@pytest.mark.parametrize("spread", [0.0, 0.4])
@pytest.mark.parametrize("moments", [2, 6])
def test_it_holds_four_of_five_rates_of_moments_to_come(moments: int, spread: float) -> None:
    random = np.random.default_rng(moments)
    inside = []
    for _ in range(80):
        interval = fit_interval([moment(random, spread=spread) for _ in range(moments)], horizon_days=90)
        inside += [interval.holds(tenth) for tenth in moment(random, spread=spread)]

    assert np.mean(inside) == pytest.approx(COVERED, abs=0.08)


def test_the_fewer_the_moments_the_wider_it_is() -> None:
    known = [Tenth(250, said, float(expit(logit(said) + 0.5))) for said in (0.1, 0.2, 0.4)]

    widths = [width(fit_interval([known] * moments, horizon_days=90)) for moments in (1, 2, 6)]

    assert widths[0] > widths[1] > widths[2]


def test_periods_that_differ_make_it_wider_than_chance_alone() -> None:
    random = np.random.default_rng(1)
    calm, moved = ([moment(random, spread=spread) for _ in range(6)] for spread in (0.0, 0.8))

    assert width(fit_interval(moved, horizon_days=90)) > 1.5 * width(fit_interval(calm, horizon_days=90))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 500)), min_size=1, max_size=20))
def test_it_rises_with_the_chance_and_the_chance_is_inside(tenths: list[tuple[float, float, int]]) -> None:
    interval = fit_interval([[Tenth(size, said, left) for said, left, size in tenths]], horizon_days=90)
    asked = np.linspace(-20, 20, 101)

    low, high = interval.bounds(asked)

    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= 0).all()
    assert ((low >= 0) & (low <= expit(asked)) & (expit(asked) <= high) & (high <= 1)).all()


def test_tenths_are_equal_parts_from_the_lowest_chance_up() -> None:
    chances = np.random.default_rng(0).random(1_000)

    tenths = tenths_of(chances, (chances > 0.5).astype(np.float64))

    assert [tenth.customers for tenth in tenths] == [100] * 10
    assert [tenth.left for tenth in tenths][:4] == [0.0] * 4
    assert sorted(tenth.said for tenth in tenths) == [tenth.said for tenth in tenths]


def test_an_interval_survives_its_json() -> None:
    interval = fit_interval([moment(np.random.default_rng(0), spread=0.2)], horizon_days=90)

    assert RateInterval.from_json(json.loads(json.dumps(interval.to_json()))) == interval
