"""What must hold for any rows: what the features add, with the expected score, is the score itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from models.learners.boosting import Boosting, BoostingPreset, bin_rows, fit_boosting
from models.learners.logistic import Logistic, fit_logistic
from models.learners.multinomial import Multinomial, fit_multinomial
from models.learners.target import Target
from models.rows import Rows

WIDTH = 4
any_rows = arrays(
    np.float32,
    array_shapes(min_dims=1, max_dims=1, max_side=8).map(lambda shape: (*shape, WIDTH)),
    elements=st.one_of(st.floats(width=32, allow_nan=False, allow_infinity=False), st.just(np.nan)),
)


def learned_rows() -> Rows:
    random = np.random.default_rng(0)
    rows = random.lognormal(1.0, 2.0, size=(400, WIDTH)).astype(np.float32)
    rows[random.random(rows.shape) < 0.2] = np.nan
    return rows


CODES = np.digitize(np.nan_to_num(learned_rows()[:, 0]), [1.0, 4.0]).astype(np.float64)


@pytest.fixture(scope="module", params=["binary", "classes"])
def trees(request: pytest.FixtureRequest) -> Boosting:
    preset = BoostingPreset(rounds=12, bag=2, l2=0.1)
    target = Target.of_classes(CODES, classes=3) if request.param == "classes" else Target.binary((CODES > 0).astype(np.float64))
    return fit_boosting(bin_rows(learned_rows(), list("abcd"), preset=preset), target, preset=preset, seed=0)


@pytest.fixture(scope="module")
def logistic() -> Logistic:
    return fit_logistic(learned_rows(), (CODES > 0).astype(np.float64))


@pytest.fixture(scope="module")
def multinomial() -> Multinomial:
    return fit_multinomial(learned_rows(), CODES, classes=3)


@given(rows=any_rows)
@settings(max_examples=40)
def test_reasons_of_trees_add_up(trees: Boosting, rows: Rows) -> None:
    assert trees.contributions(rows).sum(axis=-1) == pytest.approx(trees.scores(rows), abs=1e-9)


@given(rows=any_rows)
@settings(max_examples=40)
def test_reasons_of_the_logistic_add_up(logistic: Logistic, rows: Rows) -> None:
    assert logistic.contributions(rows).sum(axis=-1) == pytest.approx(logistic.log_odds(rows), abs=1e-9)


@given(rows=any_rows)
@settings(max_examples=40)
def test_reasons_of_the_multinomial_add_up(multinomial: Multinomial, rows: Rows) -> None:
    assert multinomial.contributions(rows).sum(axis=-1) == pytest.approx(multinomial.scores(rows), abs=1e-9)


@given(rows=any_rows)
@settings(max_examples=40)
def test_chances_of_classes_are_chances(multinomial: Multinomial, rows: Rows) -> None:
    chances = multinomial.probabilities(rows)

    assert chances.min(initial=0.0) >= 0.0
    assert chances.sum(axis=1) == pytest.approx(1.0)
