"""The rhythm of purchases: the likelihood, the chances it implies, and the published fit."""

from __future__ import annotations

from math import gamma, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.learners.btyd import Btyd, PurchaseHistories, TooFewPurchases, Variant, fit_btyd
from models.rows import BoolArray

PUBLISHED = Btyd(r=0.243, alpha=4.414, a=0.793, b=2.426, variant="bg")


def histories(*rows: tuple[float, float, float]) -> PurchaseHistories:
    return PurchaseHistories(*np.array(rows, dtype=np.float64).T)


def simulated(customers: int, *, seed: int = 1, later: float = 0.0) -> tuple[PurchaseHistories, BoolArray]:
    """Live through the story of MBG/NBD itself, and tell who stays silent in the `later` days after the histories end."""
    random = np.random.default_rng(seed)
    rates, chances = random.gamma(0.8, 1 / 20, customers), random.beta(0.9, 4.0, customers)
    ages = random.uniform(100, 700, customers)
    repeats, last, silent, now = np.zeros(customers), np.zeros(customers), np.ones(customers, bool), np.zeros(customers)
    alive = random.random(customers) >= chances
    while alive.any():
        now = now + random.exponential(1 / rates)
        alive &= now <= ages + later
        seen = alive & (now <= ages)
        repeats, last, silent = repeats + seen, np.where(seen, now, last), silent & ~(alive & ~seen)
        alive &= random.random(customers) >= chances
    return PurchaseHistories(repeats, last, ages), silent


def test_the_likelihood_of_one_history_is_the_formula_of_the_paper_written_out() -> None:
    r, alpha, a, b, x, last, age = 0.6, 8.0, 0.7, 2.0, 2.0, 30.0, 50.0

    def beta(p: float, q: float) -> float:
        return gamma(p) * gamma(q) / gamma(p + q)

    purchases = gamma(r + x) * alpha**r / gamma(r)
    stayed = beta(a, b + x + 1) / beta(a, b) * purchases / (alpha + age) ** (r + x)
    left = beta(a + 1, b + x) / beta(a, b) * purchases / (alpha + last) ** (r + x)

    assert Btyd(r, alpha, a, b).log_likelihood(histories((x, last, age)))[0] == pytest.approx(log(stayed + left), abs=1e-12)


@pytest.mark.parametrize("variant", ["mbg", "bg"])
def test_the_gradient_is_the_slope_of_the_likelihood(variant: Variant) -> None:
    some = histories((0, 0, 40), (1, 3, 40), (9, 200, 210))
    at = np.array([0.5, 9.0, 0.7, 2.2])
    for place in range(4):
        step = np.eye(4)[place] * 1e-6
        above, below = (Btyd(*(at + sign * step).tolist(), variant=variant).log_likelihood(some) for sign in (1, -1))

        assert Btyd(*at.tolist(), variant=variant).gradient(some)[place] == pytest.approx((above - below) / 2e-6, abs=1e-6)


@pytest.mark.needs("shared_data")
def test_bg_nbd_on_cdnow_gives_the_published_parameters(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "cdnow_customers_summary.csv")
    cdnow = PurchaseHistories(*(table[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency", "T")))

    fitted = fit_btyd(cdnow, variant="bg")

    found = np.array([fitted.r, fitted.alpha, fitted.a, fitted.b])
    assert found == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=6e-4)
    assert fitted.log_likelihood(cdnow).sum() == pytest.approx(-9582.4, abs=0.05)


def test_the_fit_finds_the_parameters_that_made_the_customers() -> None:
    fitted = fit_btyd(simulated(10_000)[0])

    assert (fitted.r, 1 / fitted.alpha) == pytest.approx((0.8, 1 / 20), rel=0.15)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(0.9 / 4.9, rel=0.15)


def test_the_chance_of_silence_comes_true_among_simulated_customers() -> None:
    seen, silent = simulated(20_000, seed=2, later=90.0)

    expected = Btyd(0.8, 20.0, 0.9, 4.0).probability_of_silence(seen, horizon=90.0)

    for low in np.arange(0.0, 1.0, 0.2):
        alike = (expected >= low) & (expected < low + 0.2)
        assert silent[alike].mean() == pytest.approx(expected[alike].mean(), abs=0.04)


def test_without_a_repeat_bg_nbd_believes_the_customer_alive_and_mbg_does_not() -> None:
    once = histories((0, 0, 400))

    assert PUBLISHED.probability_alive(once)[0] == 1.0
    assert Btyd(0.243, 4.414, 0.793, 2.426).probability_alive(once)[0] < 0.75


def test_a_customer_who_never_bought_has_no_rhythm() -> None:
    nobody = histories((np.nan, np.nan, np.nan))

    assert np.isnan(PUBLISHED.probability_of_silence(nobody, horizon=30)).all()


def test_the_unit_of_time_does_not_change_the_fit() -> None:
    days, _ = simulated(1_000)
    weeks = PurchaseHistories(days.repeats, days.last / 7, days.age / 7)

    by_day, by_week = fit_btyd(days), fit_btyd(weeks)

    assert by_day.alpha == pytest.approx(7 * by_week.alpha, rel=1e-4)
    assert by_day.r == pytest.approx(by_week.r, rel=1e-4)


def test_a_shop_where_nobody_comes_back_is_refused() -> None:
    with pytest.raises(TooFewPurchases, match="needed 10 customers with a second purchase, found 0"):
        fit_btyd(histories(*[(0, 0, 100)] * 50))


def test_fitted_parameters_survive_their_json() -> None:
    assert Btyd.from_json(PUBLISHED.to_json()) == PUBLISHED
