"""What customers spend at a purchase: the likelihood, the parameters that made the customers, and what is refused."""

from __future__ import annotations

from math import gamma, log

import numpy as np
import pytest

from models.learners.gamma_gamma import GammaGamma, Spending, TooFewBuyers, fit_gamma_gamma

CDNOW = GammaGamma(p=6.25, q=3.74, v=15.45)


def spending(*customers: tuple[float, float]) -> Spending:
    return Spending(*np.array(customers, dtype=np.float64).T)


def simulated(customers: int, *, made_by: GammaGamma = CDNOW, seed: int = 1) -> tuple[Spending, np.ndarray]:
    """Live through the model's own story; also what each customer's purchases are worth in the long run."""
    random = np.random.default_rng(seed)
    rates = random.gamma(made_by.q, 1 / made_by.v, customers)
    purchases = random.geometric(0.35, customers).astype(np.float64)
    return Spending(purchases, random.gamma(made_by.p * purchases, 1 / rates) / purchases), made_by.p / rates


def test_the_likelihood_of_one_mean_is_the_formula_of_the_paper_written_out() -> None:
    p, q, v, x, mean = 2.5, 3.0, 12.0, 4.0, 30.0

    likelihood = (
        gamma(p * x + q) / (gamma(p * x) * gamma(q)) * v**q * mean ** (p * x - 1) * x ** (p * x) / (v + x * mean) ** (p * x + q)
    )

    assert GammaGamma(p, q, v).log_likelihood(spending((x, mean)))[0] == pytest.approx(log(likelihood), abs=1e-10)


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    some, at = spending((1, 12.0), (3, 90.0), (40, 31.5)), np.array([2.2, 3.1, 14.0])
    for place in range(3):
        step = np.eye(3)[place] * 1e-6
        above, below = (GammaGamma(*(at + sign * step).tolist()).log_likelihood(some) for sign in (1, -1))

        assert GammaGamma(*at.tolist()).gradient(some)[place] == pytest.approx((above - below) / 2e-6, abs=1e-6)


def test_the_fit_finds_the_parameters_that_made_the_customers() -> None:
    fitted = fit_gamma_gamma(simulated(20_000)[0])

    assert (fitted.p, fitted.q, fitted.v) == pytest.approx((CDNOW.p, CDNOW.q, CDNOW.v), rel=0.1)


def test_expected_spend_is_right_on_average_for_those_of_one_purchase_and_of_many() -> None:
    seen, worth = simulated(20_000)
    expected = CDNOW.expected_spend(seen)

    for few in (seen.purchases == 1, seen.purchases > 3):
        assert expected[few].mean() == pytest.approx(worth[few].mean(), rel=0.03)


def test_one_purchase_is_drawn_to_the_mean_of_all_and_many_are_not() -> None:
    once, often = CDNOW.expected_spend(spending((1, 200.0), (50, 200.0)))

    assert CDNOW.population_mean < once < 0.85 * 200.0
    assert often == pytest.approx(200.0, rel=0.02)


def test_a_customer_of_whom_nothing_is_known_spends_what_the_population_spends() -> None:
    unknown = spending((np.nan, np.nan), (0, 0), (2, -5.0))

    assert CDNOW.expected_spend(unknown) == pytest.approx(CDNOW.population_mean)


def test_the_unit_of_money_does_not_change_the_fit() -> None:
    euros, _ = simulated(2_000)

    in_euros, in_cents = fit_gamma_gamma(euros), fit_gamma_gamma(Spending(euros.purchases, euros.mean * 100))

    assert in_cents.v == pytest.approx(100 * in_euros.v, rel=1e-6)


def test_where_means_hardly_differ_and_where_they_are_wild_a_finite_mean_is_expected() -> None:
    for made_by in (GammaGamma(400.0, 300.0, 20.0), GammaGamma(0.4, 0.8, 20.0)):
        fitted = fit_gamma_gamma(simulated(500, made_by=made_by)[0])

        assert 0 < fitted.population_mean < np.inf


def test_a_shop_where_nobody_comes_back_is_refused() -> None:
    with pytest.raises(TooFewBuyers, match="needed 10 customers with two purchases for money, found 1"):
        fit_gamma_gamma(spending((1, 20.0), (1, 30.0), (2, 25.0)))


def test_fitted_parameters_survive_their_json() -> None:
    assert GammaGamma.from_json(CDNOW.to_json()) == CDNOW
