from __future__ import annotations

import numpy as np
import pytest

from features.references.ladders import Ladder


def test_a_percentile_is_the_share_below_and_half_of_the_equal():
    ladder = Ladder.of(np.array([0.0] * 60 + [1.0] * 30 + [5.0] * 10 + [np.nan] * 7))

    assert ladder.percentile(np.array([-1.0, 0.0, 0.5, 1.0, 5.0, 6.0])).tolist() == [0.0, 30.0, 60.0, 75.0, 95.0, 100.0]


def test_a_missing_value_has_no_percentile_and_an_empty_ladder_gives_none():
    assert np.isnan(Ladder((1.0, 2.0)).percentile(np.array([np.nan]))).all()
    assert np.isnan(Ladder.of(np.array([np.nan])).percentile(np.array([1.0]))).all()


def test_many_values_keep_a_rung_for_each_hundredth():
    ladder = Ladder.of(np.random.default_rng(0).permutation(10_001).astype(float))

    assert len(ladder.rungs) == 101
    assert ladder.percentile(np.array([5_050.0]))[0] == pytest.approx(50.5, abs=0.6)
