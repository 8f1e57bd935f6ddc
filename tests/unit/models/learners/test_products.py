"""A weighted sum is the same to the bit, whichever other rows stand beside it and however they lie in memory."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.learners.products import weighted, weighted_each


@given(rows=st.integers(2, 40), columns=st.integers(1, 70), seed=st.integers(0, 2**16))
def test_one_row_alone_gives_what_it_gives_among_others(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table, weights = random.normal(size=(rows, columns)), random.normal(size=(3, columns))

    together, each = weighted(table, weights[0]), weighted_each(table, weights)

    for place in range(rows):
        assert weighted(table[place : place + 1], weights[0])[0] == together[place]
        assert (weighted_each(table[place : place + 1], weights)[0] == each[place]).all()


def test_how_rows_lie_in_memory_does_not_matter() -> None:
    table, weights = np.random.default_rng(0).normal(size=(50, 61)), np.arange(61.0)

    assert (weighted(np.asfortranarray(table), weights) == weighted(table, weights)).all()


def test_without_weights_there_is_nothing_to_add() -> None:
    assert weighted_each(np.ones((2, 3)), np.zeros((0, 3))).shape == (2, 0)
