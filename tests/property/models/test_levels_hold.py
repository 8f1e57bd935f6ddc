"""What must hold of an anchored blend whatever its members say: the anchor's total over everybody, the blend's own order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.rows import FloatArray
from models.value import blended_gain, level_of

gains = st.one_of(st.just(0.0), st.floats(1e-6, 1e9))
said_of_customers = st.lists(st.tuples(gains, gains), min_size=1, max_size=100)
WEIGHTS = (("trees", 0.65), ("rhythm", 0.35))


def blend_and_anchor(rows: list[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
    trees, rhythm = np.array(rows, dtype=np.float64).T
    return blended_gain({"trees": trees, "rhythm": rhythm}, WEIGHTS, floor=1e-3), rhythm


@given(said_of_customers)
def test_everybody_together_is_brought_to_what_the_anchor_expects_unless_that_is_nothing(rows: list[tuple[float, float]]) -> None:
    blend, anchor = blend_and_anchor(rows)

    total = float((level_of(blend, anchor) * blend).sum())

    assert np.isclose(total, anchor.sum() if anchor.sum() > 0 else blend.sum())


@given(said_of_customers)
def test_who_brings_more_than_whom_stays_as_the_blend_says(rows: list[tuple[float, float]]) -> None:
    blend, anchor = blend_and_anchor(rows)
    level = level_of(blend, anchor)

    assert level > 0
    assert (np.diff(np.sort(blend) * level) >= 0).all()
    np.testing.assert_allclose(level * blend / blend, level)


@given(said_of_customers, st.floats(1e-3, 1e3))
def test_trees_that_say_so_many_times_as_much_of_everybody_move_nothing(rows: list[tuple[float, float]], times: float) -> None:
    blend, anchor = (np.maximum(each, 1e-3) for each in blend_and_anchor(rows))

    np.testing.assert_allclose(level_of(times * blend, anchor) * times * blend, level_of(blend, anchor) * blend)
