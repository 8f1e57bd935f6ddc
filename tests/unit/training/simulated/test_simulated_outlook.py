from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.times import DAY, parse_time
from training.simulated import WORLD, Ahead, Standing, lived_outlook, outlook


def test_the_exact_outlook_is_the_mean_of_many_lives(crowd: Standing, ahead: Ahead) -> None:
    same = crowd.take(np.repeat(np.arange(10), 1_500))

    exact = outlook(WORLD, same, ahead)
    lived = lived_outlook(WORLD, same, ahead, np.random.default_rng(5))

    by_customer = lived.churn.reshape(10, 1_500, 3)
    error = by_customer.std(axis=1) / np.sqrt(1_500) + 1e-4
    assert (np.abs(by_customer.mean(axis=1) - exact.churn[::1_500]) < 4.5 * error).all()
    assert lived.margin.mean() == pytest.approx(exact.margin.mean(), rel=0.05)


def test_the_chance_to_leave_grows_with_the_horizon(crowd: Standing, ahead: Ahead) -> None:
    churn = outlook(WORLD, crowd, ahead).churn

    assert (np.diff(churn, axis=1) >= 0.0).all()
    assert (churn > 0.0).all()
    assert (churn <= 1.0).all()


def test_a_horizon_is_the_same_alone_and_among_others(crowd: Standing, ahead: Ahead) -> None:
    few = crowd.take(np.arange(200))

    alone = outlook(WORLD, few, replace(ahead, horizons_days=(60,)))

    assert np.allclose(alone.churn[:, 0], outlook(WORLD, few, ahead).churn[:, 1])
    assert np.allclose(alone.margin[:, 0], outlook(WORLD, few, ahead).margin[:, 1], rtol=2e-3, atol=0.01)


def test_a_term_that_ends_in_the_horizon_raises_the_chance_to_leave(crowd: Standing, ahead: Ahead) -> None:
    yearly = crowd.take(crowd.term > 31 * DAY)
    ends_soon = replace(yearly, term_end=np.full(len(yearly), ahead.as_of + 20 * DAY))
    ends_later = replace(yearly, term_end=np.full(len(yearly), ahead.as_of + 200 * DAY))

    assert (outlook(WORLD, ends_soon, ahead).churn > outlook(WORLD, ends_later, ahead).churn).all()


def test_a_higher_level_of_the_hazard_costs_margin(crowd: Standing, ahead: Ahead) -> None:
    usual, pressed = (outlook(WORLD, crowd, replace(ahead, level=level)) for level in (1.0, 2.5))

    assert (pressed.churn >= usual.churn).all()
    assert pressed.churn.mean() > 1.3 * usual.churn.mean()
    assert (pressed.terms <= usual.terms + 1e-9).all()


def test_a_payment_counts_from_the_moment_it_is_made(crowd: Standing, ahead: Ahead) -> None:
    monthly = crowd.take(np.flatnonzero(crowd.term < 31 * DAY)[:1])
    pays = replace(monthly, late=np.array([5 * DAY]), term_end=np.array([ahead.as_of + 28 * DAY]))

    terms = outlook(WORLD, pays, replace(ahead, horizons_days=(32, 34))).terms[0]

    assert terms[0] == 0.0
    assert terms[1] > 0.0


def test_the_season_moves_the_hazard(crowd: Standing, ahead: Ahead) -> None:
    few = crowd.take(np.arange(500))
    january, july = parse_time("2026-01-05"), parse_time("2026-07-06")
    shifted = [
        replace(few, started=few.started + at - ahead.as_of, term_end=few.term_end + at - ahead.as_of) for at in (january, july)
    ]

    winter, summer = (
        outlook(WORLD, standing, replace(ahead, as_of=at, horizons_days=(30,))).churn.mean()
        for standing, at in zip(shifted, (january, july), strict=True)
    )

    assert winter > 1.2 * summer
