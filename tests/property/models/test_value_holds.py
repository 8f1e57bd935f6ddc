"""What must hold of value whatever customers bring: ends in their order, eight in ten between them, later money worth less."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from models.rows import FloatArray
from models.value import ValueRecipe, fit_intervals
from models.value.levers import LEVERS, fitting_lever
from training.labels.margin import MarginTerms

money = st.floats(-1e6, 1e6, allow_subnormal=False)
pairs = st.lists(st.tuples(money, st.one_of(money, st.just(0.0))), min_size=1, max_size=300)
rates, days = st.floats(0.0, 2.0), st.floats(0.0, 3650.0)


def columns(rows: list[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
    forecasts, came = np.array(rows, dtype=np.float64).T
    return forecasts, came


@example([(0.0, 4.0)], [0.0])
@given(pairs, st.lists(money, min_size=1, max_size=20))
def test_the_low_end_is_never_above_the_high_one_whoever_is_asked_about(
    rows: list[tuple[float, float]], asked: list[float]
) -> None:
    ends = fit_intervals(*columns(rows)).around(np.array(asked))

    assert np.isfinite(ends.low).all()
    assert (ends.low <= ends.high).all()


@given(pairs)
def test_eight_in_ten_of_those_learned_from_lie_between_the_ends(rows: list[tuple[float, float]]) -> None:
    forecasts, came = columns(rows)

    ends = fit_intervals(forecasts, came).around(forecasts)

    rounding = 1e-9 * (np.abs(ends.low) + np.abs(ends.high))
    assert ((ends.low - rounding <= came) & (came <= ends.high + rounding)).mean() >= 0.8


@given(rates, days, days)
def test_money_is_worth_no_more_the_later_it_comes(rate: float, one: float, other: float) -> None:
    terms = MarginTerms((90,), rate, 0.0, 0.0, ("purchases",))

    soon, late = terms.discount(np.sort([one, other]))

    assert 0.0 < late <= soon <= 1.0


@given(rates, rates, st.integers(1, 3650))
def test_a_longer_horizon_and_a_higher_rate_discount_more(one: float, other: float, horizon: int) -> None:
    low, high = (ValueRecipe((("rhythm", 1.0),), (horizon,), horizon, discount_rate=rate) for rate in sorted([one, other]))

    assert high.discount(horizon) <= low.discount(horizon) <= 1.0
    assert low.discount(horizon + 1) <= low.discount(horizon)


@given(st.lists(st.floats(0.0, 1e9), min_size=len(LEVERS), max_size=len(LEVERS)))
def test_the_lever_is_one_with_the_most_at_stake_or_none_where_nothing_is(at_stake: list[float]) -> None:
    place = int(fitting_lever({name: np.array([stake]) for name, stake in zip(LEVERS, at_stake, strict=True)})[0])

    assert (place == -1) == (max(at_stake) == 0.0)
    assert place == -1 or at_stake[place] == max(at_stake)
