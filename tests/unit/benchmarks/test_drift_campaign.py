"""A tenth of the drift campaign: columns of every awkward kind, none found where nothing moved, all found that moved."""

from __future__ import annotations

import numpy as np

from benchmarks.drift import Population, false_alarms, injected, moved_in_kind, shifted

CUSTOMERS = 3_000


def crowd() -> Population:
    """Draw heavy tails, ties, flags, gaps, whole numbers, and columns that say the same."""
    random = np.random.default_rng(9)
    heavy, tied = random.pareto(1.1, (16, CUSTOMERS)), random.poisson(0.4, (16, CUSTOMERS))
    flags, gaps = random.random((8, CUSTOMERS)) < 0.3, np.where(random.random((8, CUSTOMERS)) < 0.6, np.nan, heavy[:8])
    alike = np.repeat(random.normal(size=(1, CUSTOMERS)), 16, axis=0)
    matrix = np.concatenate([heavy, tied, flags, gaps, alike]).astype(np.float32).T
    return Population(matrix, tuple(f"feature_{place}" for place in range(matrix.shape[1])))


def test_at_most_one_clean_window_in_a_hundred_shows_anything() -> None:
    assert false_alarms(crowd(), windows=50, customers=1_000) == 0


def test_half_a_standard_deviation_is_found_in_the_first_window_in_every_column() -> None:
    found = injected(crowd(), shifted, windows=2, customers=1_000)

    assert found.always() == (64, 64)


def test_whole_numbers_and_flags_that_move_in_kind_are_found_too() -> None:
    found = injected(crowd(), moved_in_kind, windows=2, customers=1_000)

    assert found.always() == (64, 64)
