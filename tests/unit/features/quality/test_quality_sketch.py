import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.quality.counting.sketch import Sketch

VALUES = st.lists(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-8), min_size=1, max_size=60)


@given(values=VALUES, share=st.floats(0, 1))
def test_a_quantile_is_exact_to_two_percent(values: list[float], share: float) -> None:
    exact = float(np.quantile(values, share, method="inverted_cdf"))

    assert abs(Sketch.of(np.array(values)).quantile(share) - exact) <= 0.0201 * abs(exact)


@given(values=VALUES, cut=st.integers(0, 60))
def test_sketches_of_parts_add_up_to_that_of_the_whole(values: list[float], cut: int) -> None:
    whole, parts = Sketch.of(np.array(values)), Sketch.of(np.array(values[:cut])) + Sketch.of(np.array(values[cut:]))

    assert [whole.quantile(share) for share in (0, 0.5, 1)] == [parts.quantile(share) for share in (0, 0.5, 1)]
    assert (whole.rows, whole.negative_share, whole.zero_share) == (parts.rows, parts.negative_share, parts.zero_share)


def test_nothing_has_no_quantile() -> None:
    assert np.isnan(Sketch().quantile(0.5))
    assert (Sketch().mean, Sketch().zero_share) == (0.0, 0.0)
