"""What was drawn by lot tells what each part of deciding brings."""

from __future__ import annotations

import numpy as np
import pytest

from models.decision import Shares, probabilities
from training.policies.split import drawn_by_lot


def logged(shares: Shares, *, count: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw decisions among `nothing` and up to five offers: stored probabilities, whether by lot, and what could be drawn."""
    rng = np.random.default_rng(seed)
    eligible = np.arange(5) < rng.integers(0, 6, count)[:, None]
    best = np.where(eligible.any(axis=1), 0, -1)
    stored = probabilities(eligible, best, shares=shares)
    by_lot = rng.random(count) < shares.control + (1 - shares.control) * shares.explore
    lots = (rng.random(count) * (1 + eligible.sum(axis=1))).astype(np.int64)
    column = np.where(by_lot, lots, best + 1)
    return stored[np.arange(count), column], by_lot, 1 + eligible.sum(axis=1)


@pytest.mark.parametrize("shares", [Shares(0.05, 0.10), Shares(0.2, 0.2), Shares(0.0, 0.03)])
def test_how_many_could_be_drawn_follows_from_the_stored_probabilities_alone(shares: Shares) -> None:
    stored, by_lot, options = logged(shares)

    drawn = drawn_by_lot(stored, by_lot)

    assert drawn is not None
    assert drawn.rows.tolist() == np.flatnonzero(by_lot).tolist()
    assert np.array_equal(np.rint(1 / drawn.chance), options[by_lot])


def test_probabilities_that_come_from_no_lot_are_not_believed() -> None:
    rng = np.random.default_rng(1)

    assert drawn_by_lot(rng.uniform(0.01, 0.3, 500), rng.random(500) < 0.15) is None


def test_without_any_lot_nothing_is_told() -> None:
    assert drawn_by_lot(np.full(5, 0.9), np.zeros(5, bool)) is None
