"""Between two ends lies the money of eight customers in ten, whatever its tail, and however many bring nothing."""

from __future__ import annotations

import numpy as np
import pytest

from models.value.intervals import ValueIntervals, fit_intervals


def forecasts_and_money(seed: int, *, nothing: float, rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    said = rng.lognormal(3.0, 1.5, rows)
    return said, np.where(rng.random(rows) < nothing, 0.0, said * rng.lognormal(0.0, 1.2, rows))


@pytest.mark.parametrize("nothing", [0.0, 0.05, 0.3, 0.7])
def test_eight_in_ten_later_customers_lie_between_the_ends(nothing: float) -> None:
    learned = fit_intervals(*forecasts_and_money(0, nothing=nothing))

    said, came = forecasts_and_money(1, nothing=nothing)

    assert learned.around(said).covers(came).mean() == pytest.approx(0.8, abs=0.03)


def test_the_largest_tenth_is_covered_like_all_others() -> None:
    learned = fit_intervals(*forecasts_and_money(0, nothing=0.3))
    said, came = forecasts_and_money(1, nothing=0.3)

    largest = said >= np.quantile(said, 0.9)

    assert learned.around(said[largest]).covers(came[largest]).mean() == pytest.approx(0.8, abs=0.06)


def test_a_tenth_lies_below_and_a_tenth_above_where_money_is_continuous() -> None:
    learned = fit_intervals(*forecasts_and_money(0, nothing=0.0))
    said, came = forecasts_and_money(1, nothing=0.0)
    ends = learned.around(said)

    assert (came < ends.low).mean() == pytest.approx(0.1, abs=0.03)
    assert (came > ends.high).mean() == pytest.approx(0.1, abs=0.03)


def test_customers_who_cost_more_than_they_bring_have_ends_below_zero() -> None:
    said = np.full(200, -10.0)

    ends = fit_intervals(said, np.linspace(-30.0, 0.0, 200)).around(np.array([-10.0]))

    assert ends.low[0] < -20.0 < ends.high[0] <= 0.0


def test_forecasts_that_are_all_equal_and_one_row_alone_still_have_ends() -> None:
    assert fit_intervals(np.full(300, 5.0), np.full(300, 4.0)).around(np.array([5.0])).high.tolist() == [4.0]
    assert fit_intervals(np.array([5.0]), np.array([4.0])).around(np.array([5.0])).low.tolist() == [4.0]


def test_ends_survive_being_written() -> None:
    learned = fit_intervals(*forecasts_and_money(0, nothing=0.3))

    assert ValueIntervals.from_json(learned.to_json()) == learned
