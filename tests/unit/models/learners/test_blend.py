"""Blends: weights that are a mean, members that do not know."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.learners.blend import WeightsInvalid, blended, check_weights, to_log_odds


@pytest.mark.parametrize(
    "weights",
    [(), (("a", 0.5),), (("a", 0.5), ("a", 0.5)), (("a", 1.5), ("b", -0.5)), (("a", 1.0), ("b", 0.0))],
)
def test_weights_that_are_no_mean_are_refused(weights: tuple[tuple[str, float], ...]) -> None:
    with pytest.raises(WeightsInvalid, match="positive weights that add up to 1"):
        check_weights(weights)


def test_the_weight_of_a_member_that_does_not_know_goes_to_the_others_in_proportion() -> None:
    answers = {"a": np.array([1.0]), "b": np.array([4.0]), "c": np.array([np.nan])}

    assert blended(answers, [("a", 0.2), ("b", 0.4), ("c", 0.4)], otherwise=0.0) == pytest.approx([3.0])


@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3))
def test_a_blend_lies_between_its_members(values: list[float]) -> None:
    answers = {name: np.array([value]) for name, value in zip("abc", values, strict=True)}

    mean = blended(answers, [("a", 0.5), ("b", 0.3), ("c", 0.2)], otherwise=0.0)[0]

    assert min(values) - 1e-9 <= mean <= max(values) + 1e-9


def test_certainty_has_finite_log_odds() -> None:
    assert np.isfinite(to_log_odds(np.array([0.0, 1.0]))).all()
