"""What trees are grown towards: classes, amounts and rare amounts are found again; labels that cannot be are refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.learners.boosting import BoostingPreset, bin_rows, fit_boosting
from models.learners.target import Target, TargetInvalid
from models.rows import FloatArray, Rows

PRESET = BoostingPreset(rounds=60, bag=1, l2=1.0, feature_share=1.0)
NAMES = ["a", "b"]


def rows(count: int = 2_000) -> Rows:
    return np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)


def answered(target: Target) -> FloatArray:
    data = bin_rows(rows(), NAMES, preset=PRESET)
    return target.link(fit_boosting(data, target, preset=PRESET, seed=0).scores(rows()))


def test_the_chances_of_classes_add_up_and_point_at_the_right_one() -> None:
    codes = np.digitize(rows()[:, 0], [-0.5, 0.5]).astype(np.float64)

    chances = answered(Target.of_classes(codes, classes=3))

    assert chances.sum(axis=1) == pytest.approx(1.0)
    assert (chances.argmax(axis=1) == codes).mean() > 0.95


def test_a_class_that_never_occurred_is_all_but_impossible() -> None:
    codes = np.where(rows()[:, 0] > 0, 3.0, 1.0)

    chances = answered(Target.of_classes(codes, classes=5))

    assert chances[:, [0, 2, 4]].max() < 1e-13


def test_an_amount_is_found_again_on_its_own_scale() -> None:
    amounts = 100.0 + 20.0 * rows()[:, 0].astype(np.float64)

    assert np.abs(answered(Target.amount(amounts)) - amounts).mean() < 4.0


def test_money_that_is_often_zero_is_expected_at_about_its_level() -> None:
    random = np.random.default_rng(1)
    money = random.gamma(2.0, 20.0, 2_000) * (random.random(2_000) < 0.2) * np.exp(0.5 * rows()[:, 0])

    expected = answered(Target.tweedie(money))

    assert (expected > 0).all()
    assert expected.sum() == pytest.approx(money.sum(), rel=0.15)


def test_a_weight_of_two_is_the_row_twice_to_the_level() -> None:
    labels = (np.arange(2_000) % 2).astype(np.float64)

    level = answered(Target.binary(labels, weights=np.where(labels == 1, 2.0, 1.0))).mean()

    assert level == pytest.approx(2 / 3, abs=0.01)


def test_the_unit_of_weights_changes_nothing() -> None:
    labels, weights = (rows()[:, 0] > 0).astype(np.float64), 1.0 + np.arange(2_000) % 3

    light, heavy = (answered(Target.binary(labels, weights=unit * weights)) for unit in (1.0, 64.0))

    assert np.array_equal(light, heavy)


def test_weights_of_an_earlier_target_leave_no_trace() -> None:
    labels, data = (rows()[:, 0] > 0).astype(np.float64), bin_rows(rows(), NAMES, preset=PRESET)
    fit_boosting(data, Target.binary(labels, weights=1.0 + labels), preset=PRESET, seed=0)

    again = fit_boosting(data, labels, preset=PRESET, seed=0)

    fresh = bin_rows(rows(), NAMES, preset=PRESET)
    assert again.texts == fit_boosting(fresh, labels, preset=PRESET, seed=0).texts


@pytest.mark.parametrize(
    ("make", "needed"),
    [
        (Target.binary, "needed 0 or 1"),
        (lambda labels: Target.of_classes(labels, classes=2), "needed whole codes from 0 to 1"),
        (lambda labels: Target.tweedie(-labels), "needed finite amounts of at least 0"),
        (lambda labels: Target.amount(labels / 0.0), "needed finite numbers"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_labels_that_cannot_be_are_refused_with_the_row(make: Callable[[FloatArray], Target], needed: str) -> None:
    with pytest.raises(TargetInvalid, match=f"{needed}.*in row"):
        make(np.array([2.0, 2.5]))
