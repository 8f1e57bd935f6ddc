"""What must hold of drift whatever the values: a sample has not drifted from itself, and rows may come in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.monitoring.drift.columns import Column, compared
from training.monitoring.drift.effects import exceeding, farthest_share

numbers = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 1e12, float("nan")]), st.floats(-1e6, 1e6, width=32))
samples = arrays.arrays(np.float64, st.integers(1, 60), elements=numbers)
names = st.sampled_from(["purchases_count_90d", "code_of_segment"])


@given(samples, names)
def test_a_sample_has_not_drifted_from_itself(values: np.ndarray, name: str) -> None:
    _, found = compared([Column(name, values, values)])

    assert [each.drifted for each in found] in ([], [False])
    assert all(each.beyond == 0 for each in found)


@given(samples, samples, names, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(then: np.ndarray, now: np.ndarray, name: str, random: st.DataObject) -> None:
    shuffled = [sample[random.sample(range(len(sample)), len(sample))] for sample in (then, now)]  # type: ignore[attr-defined]

    assert compared([Column(name, then, now)]) == compared([Column(name, *shuffled)])


@given(samples, samples)
def test_the_effect_the_other_way_round_is_its_opposite(then: np.ndarray, now: np.ndarray) -> None:
    then, now = then[~np.isnan(then)], now[~np.isnan(now)]

    assert np.isclose(exceeding(now, then) + exceeding(then, now), 1)
    assert np.isclose(farthest_share(now, then), farthest_share(then, now))
