"""A small world of customers who were shown two offers by two channels; who uses much says yes to more of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.offer import OfferColumns, OfferModel, Terms
from models.offer.fit import OfferRecipe, ShownOffers, fit_offers, offer_model
from models.uplift import UsualMargin

NAMES = (
    "usage_count_30d", "purchases_margin_lifetime", "purchases_revenue_lifetime", "purchases_margin_365d",
    "purchases_revenue_365d", "purchases_days_since_first", "offers_cross_sell_shown_365d", "offers_cross_sell_accepted_365d",
    "offers_by_email_shown_365d", "offers_by_email_accepted_365d",
)  # fmt: skip
CHANNELS = ("email", "phone")
OFFERS = (
    Terms("add_on", "email", "cross_sell", 75.0, 1.0, None, 0.05),
    Terms("add_on", "phone", "cross_sell", 75.0, 1.0, None, 4.0),
    Terms("gift", "email", "loyalty", 20.0, 7.0, None, 0.05),
)
COLUMNS = OfferColumns(NAMES, CHANNELS)


def customers(rows: int, *, seed: int = 0) -> np.ndarray:
    """Draw rows of customers; one in ten never bought."""
    random = np.random.default_rng(seed)
    bought = random.uniform(10, 500, (rows, 5))
    bought[random.uniform(size=rows) < 0.1] = np.nan
    plain = [random.poisson(6, rows), *bought.T, *random.poisson(2, (4, rows))]
    return np.stack(plain, axis=1).astype(np.float32)


def shown_to(rows: int, *, seed: int = 0, lift: float = 0.0) -> ShownOffers:
    """Show each customer one of the offers; `lift`: how much likelier, in log-odds, the gift is taken than it looks."""
    random = np.random.default_rng(seed)
    people, which = customers(rows, seed=seed), random.integers(0, len(OFFERS), rows)
    gift = np.array([terms.offer_id == "gift" for terms in OFFERS])[which]
    odds = -2.0 + 0.2 * people[:, 0] + gift * (0.5 + lift)
    accepted = (random.uniform(size=rows) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    wide = COLUMNS.widened_each(people, OFFERS, which)
    codes, moments = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64)
    return ShownOffers(Examples(wide, COLUMNS.all_names, accepted[:, None], codes, moments, "5" * 64), OFFERS, which, moments)


def usual(learned: ShownOffers) -> UsualMargin:
    return UsualMargin.of(learned.examples.rows[:, : len(NAMES)], NAMES, days=90)


RECIPE = OfferRecipe(trees=BoostingPreset(leaves=4, rounds=20, bag=1))


@pytest.fixture(scope="session")
def shown() -> Callable[..., ShownOffers]:
    return shown_to


@pytest.fixture(scope="session")
def people() -> Callable[..., np.ndarray]:
    return customers


@pytest.fixture(scope="session")
def offers_model() -> OfferModel:
    learned = shown_to(1500)
    return offer_model(fit_offers(learned, recipe=RECIPE, seed=0), learned, columns=COLUMNS, effects=usual(learned)).offering(
        OFFERS
    )


@pytest.fixture
def recipe() -> OfferRecipe:
    return RECIPE
