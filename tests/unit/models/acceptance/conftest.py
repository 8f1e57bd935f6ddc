"""A small world of customers, and two offers made to them, of whom the better matched say yes more often."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from models.acceptance import AcceptanceModel, AcceptanceRecipe, OfferFacts, fit_acceptance
from models.examples import Examples
from models.learners.boosting import BoostingPreset

NAMES = ("tenure_days", "code_of_segment", "offer_valid_days", "offer_of_coupons", "match_share", "answers_rate")


def _exposures(rows: int = 400, *, seed: int = 0) -> Examples:
    random = np.random.default_rng(seed)
    share, rate = random.uniform(0, 1, rows), random.beta(1, 9, rows)
    plain = [
        random.integers(1, 900, rows),
        random.integers(0, 5, rows),
        random.choice([30, 45], rows),
        random.integers(0, 2, rows),
    ]
    accepted = random.uniform(0, 1, rows) < 0.05 + 0.4 * share * (rate > 0.08)
    matrix = np.stack([*plain, np.where(random.uniform(0, 1, rows) < 0.1, np.nan, share), rate], axis=1).astype(np.float32)
    customers = random.integers(0, rows // 2, rows).astype(np.int32)
    return Examples(matrix, NAMES, accepted.astype(np.float64)[:, None], customers, np.zeros(rows, np.int64), "5" * 64)


@pytest.fixture(scope="session")
def make_exposures() -> Callable[..., Examples]:
    return _exposures


@pytest.fixture(scope="session")
def acceptance_recipe() -> AcceptanceRecipe:
    return AcceptanceRecipe(preset=BoostingPreset(leaves=4, rounds=15, bag=2))


@pytest.fixture(scope="session")
def acceptance_model(acceptance_recipe: AcceptanceRecipe) -> AcceptanceModel:
    return fit_acceptance(_exposures(), recipe=acceptance_recipe, valid_days=45, seed=0)


@pytest.fixture
def two_coupons() -> OfferFacts:
    """One coupon good for milk and cheese, another for bread alone."""
    return OfferFacts(
        type="coupons",
        valid_days=30,
        benefits=np.array([0, 0, 1], np.int32),
        products=pa.array(["milk", "cheese", "bread"]),
        categories=pa.array(["dairy", "bakery"]),
    )
