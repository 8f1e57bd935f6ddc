"""An offer's own level is believed as far as its answers tell, and an offer nobody answered has none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.offer.levels import MATURE_POSITIVES, Answered, evidence_of, fit_levels, half_width, shrunk, spread_of


def answered(*, shown: tuple[int, ...], off: tuple[float, ...], seed: int = 0) -> Answered:
    """Show offers so often, each likelier by so much (log-odds) than the model says, which is one in five."""
    which = np.repeat(np.arange(len(shown)), shown)
    said = np.full(len(which), np.log(0.25))
    true = expit(said + np.array(off)[which])
    yes = np.random.default_rng(seed).uniform(size=len(which)) < true
    return Answered(tuple(f"o{place}" for place in range(len(shown))), which, said, yes.astype(np.float64))


def test_levels_are_found_where_offers_differ_from_what_is_said():
    levels = fit_levels(answered(shown=(4000, 4000, 4000), off=(0.6, -0.6, 0.0)))

    assert levels["o0"] == pytest.approx(0.6, abs=0.15)
    assert levels["o1"] == pytest.approx(-0.6, abs=0.2)
    assert levels["o2"] == pytest.approx(0.0, abs=0.1)


def test_offers_that_only_chance_tells_apart_have_no_level():
    found = [[*fit_levels(answered(shown=(300,) * 12, off=(0.0,) * 12, seed=seed)).values()] for seed in range(10)]

    assert np.abs(found).mean() < 0.03


def test_the_fewer_answers_the_nearer_to_no_level():
    information = np.array([1.0, 10.0, 100.0, 1000.0])

    drawn = shrunk(np.full(4, 0.5), information, variance=0.04)

    assert np.all(np.diff(drawn) > 0)
    assert 0 < drawn[0] < 0.05
    assert drawn[-1] == pytest.approx(0.5, abs=0.02)


def test_levels_no_wider_than_chance_have_no_spread():
    assert spread_of(np.array([0.1, -0.1]), np.array([100.0, 100.0])) == pytest.approx(0.0, abs=1e-9)
    assert spread_of(np.array([0.5, -0.5]), np.array([100.0, 100.0])) == pytest.approx(0.24)


def test_an_offer_is_mature_from_two_hundred_positives_on():
    just, short = (evidence_of(answered(shown=(400,), off=(off,)))["o0"] for off in (2.5, 0.0))

    assert (just.positives >= MATURE_POSITIVES) is just.mature is True
    assert just.ramp == 1.0
    assert short.mature is False
    assert short.ramp == pytest.approx(short.positives / MATURE_POSITIVES)


def test_the_interval_is_wide_until_an_offer_was_answered():
    widths = [half_width(information) for information in (0.0, 5.0, 50.0, 500.0)]

    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(1.96)


def test_weights_count_rows_as_often_as_they_weigh():
    given = answered(shown=(200, 200), off=(0.8, -0.8))
    doubled = Answered(given.offers, given.which, given.log_odds, given.accepted, np.full(400, 2.0))

    assert doubled.sums(np.ones(400)).tolist() == [400.0, 400.0]
