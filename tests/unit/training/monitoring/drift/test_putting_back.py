"""That a column put back lies as it lay then, that nobody overtakes anybody, and that what did not drift stays as it is."""

from __future__ import annotations

import numpy as np

from training.monitoring.drift.putting_back import put_back, put_codes_back


def test_a_column_put_back_is_distributed_as_then_and_keeps_its_order() -> None:
    random = np.random.default_rng(2)
    then, now = random.gamma(2, 1, 500), random.gamma(2, 3, 500)

    back = put_back(now, then, seed=0)

    assert np.array_equal(np.sort(back), np.sort(then))
    assert np.array_equal(np.argsort(back), np.argsort(now))


def test_a_sample_put_back_to_itself_stays_as_it_is() -> None:
    random = np.random.default_rng(2)
    values = np.where(random.random(300) < 0.2, np.nan, random.poisson(2, 300).astype(float))

    assert np.array_equal(put_back(values, values, seed=0), values, equal_nan=True)
    assert np.array_equal(put_codes_back(values, values, seed=0), values, equal_nan=True)


def test_the_missing_share_is_put_back_too() -> None:
    then = np.where(np.arange(100) < 10, np.nan, 5.0)
    now = np.where(np.arange(200) < 120, np.nan, 5.0)

    assert np.isnan(put_back(now, then, seed=0)).sum() == 20


def test_as_few_codes_change_as_can() -> None:
    then, now = np.repeat([1.0, 2.0, 3.0], [50, 30, 20]), np.repeat([1.0, 2.0, np.nan], [80, 10, 10])

    back = put_codes_back(now, then, seed=0)

    assert np.array_equal(np.sort(back), np.sort(then))
    assert (back != now).sum() == 40, "thirty of the first code, and the ten that were missing"
