from __future__ import annotations

import numpy as np
import pytest

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.transition import TransitionRecipe

STAGES = ("lapsed", "introduction", "decline", "growth")
NAMES = ("tenure_days", "purchases_count_30d", "stage_life", "stage_days")
QUICK = BoostingPreset(leaves=4, rounds=8, bag=1)


def examples(rows: int = 900, *, seed: int = 0) -> Examples:
    """Build customers of stages 1 to 3: nobody stays in introduction, and whoever buys often grows."""
    random = np.random.default_rng(seed)
    stood = random.integers(1, 4, rows)
    bought = random.poisson(2.0, rows)
    goes = np.where(random.random(rows) < 0.2, 2, 3)
    came = np.where(bought > 2, 3, np.where(random.random(rows) < 0.7, 2, goes))
    table = np.column_stack([random.uniform(1, 900, rows), bought, stood, random.uniform(0, 90, rows)]).astype(np.float32)
    table[::7, 3] = np.nan
    later = np.where((came == 2) & (random.random(rows) < 0.1), 0, came)
    labels = np.column_stack([came, later]).astype(np.float64)
    return Examples(table, NAMES, labels, np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64), "signature")


@pytest.fixture(scope="session")
def told() -> Examples:
    return examples()


@pytest.fixture(scope="session")
def quick() -> TransitionRecipe:
    return TransitionRecipe("some", (("boosting", 0.5), ("multinomial", 0.5)), "life", STAGES, (30, 90), QUICK)
