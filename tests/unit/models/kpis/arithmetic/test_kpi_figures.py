"""That a figure is a ratio of sums, as sure as the customers behind it make it."""

from __future__ import annotations

import numpy as np
import pytest

from models.kpis.arithmetic.figures import NOTHING, SHARE, Figure, Rows, Scale, figure_of

OPEN = Scale(0.0, 1000.0)


def figure(amounts: list[float], *, customers: list[int] | None = None, scale: Scale = SHARE) -> Figure:
    whose = range(len(amounts)) if customers is None else customers
    return figure_of(Rows(np.array(whose), np.array(amounts), np.ones(len(amounts)), len(amounts)), scale)


def test_a_share_of_strangers_has_wilsons_interval() -> None:
    found = figure([1.0] * 80 + [0.0] * 20)

    assert found.value == 0.8
    assert (found.low, found.high) == pytest.approx((0.711, 0.867), abs=0.003)


def test_a_share_that_all_say_yes_to_is_not_taken_for_certain() -> None:
    found = figure([1.0] * 10)

    assert found.value == found.high == 1.0
    assert found.low == pytest.approx(0.66, abs=0.02)


def test_ten_rows_of_one_customer_tell_less_than_rows_of_ten() -> None:
    amounts = [1.0] * 30 + [0.0] * 30
    apart, together = figure(amounts), figure(amounts, customers=[place // 10 for place in range(60)])

    assert apart.value == together.value
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_rows_that_balance_by_chance_are_not_surer_than_strangers() -> None:
    amounts = [1.0, 0.0] * 20
    paired, apart = figure(amounts, customers=[place // 2 for place in range(40)]), figure(amounts)

    assert paired.error == pytest.approx(apart.error)


def test_a_mean_has_students_interval_cut_at_what_is_possible() -> None:
    found = figure([0.0, 0.0, 0.0, 12.0], scale=OPEN)

    assert (found.value, found.low) == (3.0, 0.0)
    assert found.high == pytest.approx(3.0 + 3.182 * 3.0, abs=0.01)


def test_one_customer_alone_has_a_value_and_no_interval() -> None:
    found = figure([1.0, 0.0], customers=[7, 7])

    assert (found.value, found.count, found.customers) == (0.5, 2, 1)
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_nobody_gives_no_figure_rather_than_nought() -> None:
    assert figure([]) is NOTHING
    assert np.isnan(NOTHING.value)


def test_a_rate_counts_who_was_there_and_did_nothing() -> None:
    customers, amounts = np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.0, 0.0])

    found = figure_of(Rows(customers, amounts, np.array([0.0, 0.0, 1.0, 1.0]), 2), OPEN)

    assert (found.value, found.count, found.customers) == (1.0, 2, 2)
