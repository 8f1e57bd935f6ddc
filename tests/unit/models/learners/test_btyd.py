"""The rhythm of purchases: the likelihood, the chances it implies, and the published fit."""

from __future__ import annotations

from itertools import pairwise
from math import gamma, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.learners.btyd import Btyd, PurchaseHistories, TooFewPurchases, Variant, fit_btyd
from models.rows import FloatArray

TRUE = Btyd(0.8, 20.0, 0.9, 4.0)
PUBLISHED = Btyd(r=0.243, alpha=4.414, a=0.793, b=2.426, variant="bg")


def histories(*rows: tuple[float, float, float]) -> PurchaseHistories:
    return PurchaseHistories(*np.array(rows, dtype=np.float64).T)


def simulated(customers: int, *, made_by: Btyd = TRUE, later: float = 0.0) -> tuple[PurchaseHistories, FloatArray]:
    """Live through the model's own story, and count what each customer buys in the `later` days after the histories end."""
    random = np.random.default_rng(1)
    rates, chances = random.gamma(made_by.r, 1 / made_by.alpha, customers), random.beta(made_by.a, made_by.b, customers)
    ages = random.uniform(100, 700, customers)
    repeats, last, bought, now = (np.zeros(customers) for _ in range(4))
    alive = random.random(customers) >= (chances if made_by.variant == "mbg" else 0.0)
    while alive.any():
        now = now + random.exponential(1 / rates)
        alive &= now <= ages + later
        seen = alive & (now <= ages)
        repeats, last, bought = repeats + seen, np.where(seen, now, last), bought + (alive & ~seen)
        alive &= random.random(customers) >= chances
    return PurchaseHistories(repeats, last, ages), bought


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
    seen, bought = simulated(20_000, later=90.0)

    expected = TRUE.probability_of_silence(seen, horizon=90.0)

    for low in np.arange(0.0, 1.0, 0.2):
        alike = (expected >= low) & (expected < low + 0.2)
        assert (bought[alike] == 0).mean() == pytest.approx(expected[alike].mean(), abs=0.04)


@pytest.mark.parametrize("variant", ["mbg", "bg"])
@pytest.mark.parametrize("a", [0.9, 1.0, 2.5])
def test_as_many_purchases_come_as_were_expected(variant: Variant, a: float) -> None:
    model = Btyd(0.8, 20.0, a, 4.0, variant)
    seen, bought = simulated(40_000, made_by=model, later=180.0)

    expected = model.expected_purchases(seen, horizon=180.0)

    for low, high in pairwise([0.0, 0.5, 2.0, 6.0, 1e9]):
        alike = (expected >= low) & (expected < high)
        error = bought[alike].std() / np.sqrt(alike.sum())
        assert bought[alike].mean() == pytest.approx(expected[alike].mean(), abs=4 * error)


def test_expected_purchases_are_the_integral_over_the_chances_to_leave() -> None:
    some, horizon = histories((0, 0, 40), (9, 200, 210), (300, 690, 700)), 365.0
    chances = np.linspace(0, 1, 2_000_001)[1:-1]

    expected = TRUE.expected_purchases(some, horizon=horizon)

    for place, (x, age) in enumerate(zip(some.repeats, some.age, strict=True)):
        weights = chances ** (TRUE.a - 1) * (1 - chances) ** (TRUE.b + x)
        count = -np.expm1(-(TRUE.r + x) * np.log1p(chances * horizon / (TRUE.alpha + age))) / chances
        alive = TRUE.probability_alive(some)[place]
        assert expected[place] == pytest.approx(alive * (weights @ count) / weights.sum(), rel=2e-3)


def test_without_a_repeat_bg_nbd_believes_the_customer_alive_and_mbg_does_not() -> None:
    once = histories((0, 0, 400))

    assert PUBLISHED.probability_alive(once)[0] == 1.0
    assert Btyd(0.243, 4.414, 0.793, 2.426).probability_alive(once)[0] < 0.75


def test_a_customer_who_never_bought_has_no_rhythm() -> None:
    nobody = histories((np.nan, np.nan, np.nan))

    assert np.isnan(PUBLISHED.probability_of_silence(nobody, horizon=30)).all()
    assert np.isnan(PUBLISHED.expected_purchases(nobody, horizon=30)).all()


def test_the_unit_of_time_does_not_change_the_fit() -> None:
    days, _ = simulated(1_000)
    weeks = PurchaseHistories(days.repeats, days.last / 7, days.age / 7)

    by_day, by_week = fit_btyd(days), fit_btyd(weeks)

    assert by_day.alpha == pytest.approx(7 * by_week.alpha, rel=1e-4)
    assert by_day.r == pytest.approx(by_week.r, rel=1e-4)


def test_a_shop_where_nobody_comes_back_is_refused() -> None:
    with pytest.raises(TooFewPurchases, match="needed 10 customers with a second purchase, found 0"):
        fit_btyd(histories(*[(0, 0, 100)] * 50))


def test_thousands_of_histories_more_than_the_search_needs_lead_to_the_same_place() -> None:
    many, _ = simulated(45_000)
    doubled = PurchaseHistories(*(np.concatenate([each, each + 0.0]) for each in (many.repeats, many.last, many.age)))

    once, twice = fit_btyd(many), fit_btyd(doubled)

    assert twice.log_likelihood(many).sum() == pytest.approx(once.log_likelihood(many).sum(), abs=1e-3)


def test_fitted_parameters_survive_their_json() -> None:
    assert Btyd.from_json(PUBLISHED.to_json()) == PUBLISHED
