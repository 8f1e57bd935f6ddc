"""Chances of several members as one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.transition.model import LEAST_CHANCE, pooled

logs = arrays(np.float64, (3, 4), elements=st.one_of(st.floats(-40.0, 0.0), st.just(-np.inf)))
masks = arrays(np.bool_, (3, 4)).map(lambda mask: np.column_stack([mask[:, :-1], np.ones(3, np.bool_)]))


@given(logs, logs, masks)
def test_what_is_possible_shares_one_and_what_is_not_gets_nothing(
    first: np.ndarray, second: np.ndarray, possible: np.ndarray
) -> None:
    chances = pooled({"a": first, "b": second}, [("a", 0.7), ("b", 0.3)], possible=possible)

    assert np.allclose(chances.sum(axis=1), 1.0)
    assert (chances[~possible] == 0.0).all()
    assert (chances[possible] >= LEAST_CHANCE / 2).all()
