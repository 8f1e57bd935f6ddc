"""What every estimator promises: scikit-learn's own checks, the same numbers from its files, and a clear word on odd input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import estimator_checks_generator

from models.learners.boosting import DEEP, BoostingPreset
from models.learners.btyd import TooFewPurchases
from models.learners.estimators import (
    BoostingClassifier,
    BoostingRegressor,
    BtydSilence,
    OtherEstimator,
    RobustLogistic,
    RobustMultinomial,
    WrongClasses,
    WrongHistories,
)
from models.learners.target import TargetInvalid
from models.rows import FloatArray

SMALL = BoostingPreset(rounds=60, bag=2, l2=1.0, learning_rate=0.1)
OF_ROWS = [
    BoostingClassifier(preset=SMALL),
    BoostingRegressor(preset=SMALL),
    BoostingRegressor(preset=SMALL, objective="tweedie"),
    RobustLogistic(),
    RobustMultinomial(),
]
EVERY = [*OF_ROWS, BtydSilence()]

NOT_CHECKED = {
    "check_array_api_input": "rows are arrays or frames in memory; no array of another library is promised",
    "check_sample_weight_equivalence_on_dense_data": "a tree sees a random share of rows, another one where rows are repeated",
}
"""scikit-learn's checks that do not apply, and why. None applies to `BtydSilence`, which reads histories, not any table, and to
Tweedie, which takes no negative amount as those checks give."""


def checks() -> list[Any]:
    tabular = [each for each in OF_ROWS if getattr(each, "objective", "") != "tweedie"]
    pairs = [(each, check) for one in tabular for each, check in estimator_checks_generator(one)]
    return [
        pytest.param(each, check, id=f"{type(each).__name__}-{check.func.__name__}")
        for each, check in pairs
        if check.func.__name__ not in NOT_CHECKED
    ]


def named(estimator: BaseEstimator) -> str:
    return type(estimator).__name__ + ("-tweedie" if getattr(estimator, "objective", "") == "tweedie" else "")


every_estimator = pytest.mark.parametrize("estimator", EVERY, ids=named)
every_of_rows = pytest.mark.parametrize("estimator", OF_ROWS, ids=named)


def customers(estimator: BaseEstimator, count: int = 400) -> tuple[pd.DataFrame, np.ndarray | None]:
    """Rows that say something of their labels, with gaps; for the rhythm, histories."""
    random = np.random.default_rng(0)
    if isinstance(estimator, BtydSilence):
        repeats, age = random.poisson(random.gamma(0.7, 4.0, count)).astype(float), random.uniform(100, 700, count)
        last = np.where(repeats > 0, age * random.uniform(0, 1, count), 0.0)
        return pd.DataFrame({"repeats": repeats, "last": last, "age": age}), None
    frame = pd.DataFrame({"recency": random.gamma(1.0, 60.0, count), "spend": random.lognormal(3.0, 1.0, count)})
    frame["code_of_segment"] = random.integers(0, 4, count) * 1_000.0
    risk = frame["recency"].to_numpy() / 60 + random.normal(size=count)
    frame.loc[::7, "spend"] = np.nan
    return frame, np.where(risk > 1, "left", "stayed") if is_classifier(estimator) else np.maximum(risk, 0.0)


def fitted(estimator: BaseEstimator, count: int = 400) -> tuple[Any, pd.DataFrame]:
    frame, labels = customers(estimator, count)
    return clone(estimator).fit(frame, labels), frame


def answers(estimator: Any, frame: pd.DataFrame) -> FloatArray:
    ask: Callable[[pd.DataFrame], FloatArray] = getattr(estimator, "predict_proba", None) or estimator.predict
    return ask(frame)


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_scikit_learns_own_check_passes(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)


@every_estimator
def test_its_files_are_texts_that_answer_with_the_same_numbers(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator)

    files = {name: content.decode().encode() for name, content in learned.to_files().items()}
    opened = type(estimator).from_files(files)

    assert np.array_equal(answers(opened, frame), answers(learned, frame))
    assert opened.get_params() == learned.get_params()
    assert opened.to_files() == files


@every_estimator
def test_the_same_customers_give_the_same_files(estimator: BaseEstimator) -> None:
    assert fitted(estimator)[0].to_files() == fitted(estimator)[0].to_files()


@every_of_rows
def test_a_customer_of_whom_nothing_is_known_gets_an_answer(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator)

    assert np.isfinite(answers(learned, frame.head(1) * np.nan)).all()


def test_a_customer_who_never_bought_has_no_rhythm_to_answer_from() -> None:
    learned, histories = fitted(BtydSilence())

    assert np.isnan(answers(learned, histories.head(1) * np.nan)).all()


@every_of_rows
def test_a_code_unseen_before_changes_nothing(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator)

    assert np.array_equal(answers(learned, frame.assign(code_of_segment=987_654.0)), answers(learned, frame))


@every_estimator
def test_columns_in_another_order_or_missing_are_refused(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator)

    for wrong in (frame.iloc[:, ::-1], frame.iloc[:, :2]):
        with pytest.raises(ValueError, match=r"feature names"):
            answers(learned, wrong)


@every_estimator
def test_names_are_held_to_after_its_files_are_read_too(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator)

    with pytest.raises(ValueError, match=r"feature names"):
        answers(type(estimator).from_files(learned.to_files()), frame.iloc[:, ::-1])


@pytest.mark.parametrize("estimator", [each for each in OF_ROWS if is_classifier(each)], ids=named)
def test_one_class_alone_is_refused(estimator: BaseEstimator) -> None:
    frame, labels = customers(estimator)

    with pytest.raises(WrongClasses, match="found one class: \\['left'\\]"):
        clone(estimator).fit(frame, np.full_like(labels, "left"))


@pytest.mark.parametrize("estimator", [each for each in OF_ROWS if not is_classifier(each)], ids=named)
def test_one_amount_alone_is_expected_of_everybody(estimator: BaseEstimator) -> None:
    frame, _ = customers(estimator)

    assert clone(estimator).fit(frame, np.full(len(frame), 7.5)).predict(frame) == pytest.approx(7.5, rel=1e-6)


@every_of_rows
def test_ten_customers_are_enough_for_an_answer(estimator: BaseEstimator) -> None:
    learned, frame = fitted(estimator, 10)

    assert np.isfinite(answers(learned, frame)).all()


def test_ten_customers_are_too_few_for_a_rhythm() -> None:
    with pytest.raises(TooFewPurchases, match="needed 10 customers with a second purchase"):
        fitted(BtydSilence(), 10)


@pytest.mark.parametrize("columns", [2, 4])
def test_a_table_that_holds_no_histories_is_refused(columns: int) -> None:
    with pytest.raises(WrongHistories, match=f"needed three columns, repeats, last and age, found {columns}"):
        BtydSilence().fit(np.ones((50, columns)))


@every_estimator
def test_nothing_is_answered_before_it_is_fitted(estimator: BaseEstimator) -> None:
    with pytest.raises(NotFittedError):
        answers(clone(estimator), customers(estimator)[0])


def test_files_of_another_estimator_are_refused() -> None:
    with pytest.raises(OtherEstimator, match="needed files of a RobustMultinomial, found those of a RobustLogistic"):
        RobustMultinomial.from_files(fitted(RobustLogistic())[0].to_files())


def test_three_classes_are_too_many_for_the_logistic() -> None:
    frame, _ = customers(RobustLogistic())

    with pytest.raises(WrongClasses, match="Needed two classes, found 3; use RobustMultinomial"):
        RobustLogistic().fit(frame, np.arange(len(frame)) % 3)


def test_a_negative_amount_is_refused_by_tweedie() -> None:
    frame, _ = customers(BoostingRegressor())

    with pytest.raises(TargetInvalid, match="needed finite amounts of at least 0"):
        BoostingRegressor(objective="tweedie").fit(frame, np.full(len(frame), -1.0))


def test_an_objective_that_there_is_not_is_named() -> None:
    frame, amounts = customers(BoostingRegressor())

    with pytest.raises(TargetInvalid, match="needed the objective amount or tweedie, found 'poisson'"):
        BoostingRegressor().set_params(objective="poisson").fit(frame, amounts)


def test_a_preset_is_kept_in_the_files() -> None:
    learned, _ = fitted(BoostingClassifier(preset=DEEP), 50)

    assert BoostingClassifier.from_files(learned.to_files()).preset == DEEP
