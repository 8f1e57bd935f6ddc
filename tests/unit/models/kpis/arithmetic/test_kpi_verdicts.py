"""That a verdict says how sure it is, and a trend only what chance does not explain."""

from __future__ import annotations

import numpy as np
import pytest

from models.kpis.arithmetic.figures import NOTHING, Figure
from models.kpis.arithmetic.verdicts import Limit, beyond, change_of, told, verdict


def figure(value: float, *, reach: float = 1.0, customers: int = 50) -> Figure:
    return Figure(value, value - reach, value + reach, reach / 2, customers, customers)


@pytest.mark.parametrize(("value", "said"), [(8.5, "kept"), (7.0, "kept"), (6.5, "breached"), (5.9, "breached_for_sure")])
def test_a_least_figure_is_kept_breached_or_breached_for_sure(value: float, said: str) -> None:
    assert verdict(figure(value), Limit(minimum=7.0)) == said


def test_between_two_limits_both_ends_count() -> None:
    between = Limit(2.0, 4.0)

    assert [verdict(figure(value, reach=0.1), between) for value in (1.0, 3.0, 5.0)] == [
        "breached_for_sure",
        "kept",
        "breached_for_sure",
    ]


def test_of_four_customers_nothing_is_told() -> None:
    of_four = figure(1.0, customers=4)

    assert verdict(of_four, Limit(minimum=7.0)) == "too_few"
    assert np.isnan(told(of_four).value)
    assert told(of_four).count == 4


def test_without_a_figure_nobody_can_tell() -> None:
    assert verdict(NOTHING, Limit(minimum=7.0)) == "too_few"
    assert np.isnan(beyond(NOTHING, Limit(minimum=7.0)))


def test_what_has_not_come_breaks_a_limit_only_once_it_is_past_it() -> None:
    soon, late = (Figure(np.inf, low, np.inf, np.nan, 30, 30) for low in (40.0, 95.0))

    assert verdict(soon, Limit(maximum=90.0)) == "too_few"
    assert verdict(late, Limit(maximum=90.0)) == "breached_for_sure"


def test_how_far_an_interval_reaches_past_its_limit() -> None:
    assert beyond(figure(7.5), Limit(minimum=7.0)) == 0.5
    assert beyond(figure(9.0), Limit(minimum=7.0)) == 0.0


def test_less_is_better_where_less_is_better() -> None:
    now, before = figure(2.0, reach=0.2), figure(4.0, reach=0.2)

    found = change_of(now, before, more_is_better=False)

    assert found is not None
    assert (found.previous, found.change, found.trend) == (4.0, -2.0, "better")


def test_a_change_that_chance_explains_is_steady() -> None:
    found = change_of(figure(7.2), figure(7.0), more_is_better=True)

    assert found is not None
    assert found.trend == "steady"


def test_nothing_is_compared_with_what_cannot_be_told() -> None:
    assert change_of(figure(7.0), NOTHING, more_is_better=True) is None
    assert change_of(figure(7.0), figure(6.0, customers=3), more_is_better=True) is None
