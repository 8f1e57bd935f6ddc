"""A regression over several classes: chances that add up, classes that cannot be, numbers that survive their JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.learners.multinomial import Multinomial, OneClassOnly, fit_multinomial
from models.rows import FloatArray, Rows


def rows(count: int = 3_000) -> Rows:
    random = np.random.default_rng(0)
    values = random.gamma(0.7, 40.0, size=(count, 3)).astype(np.float32)
    values[random.random(count) < 0.2, 1] = np.nan
    return values


def codes(values: Rows) -> FloatArray:
    """Classes 0, 1 and 3 of five, by the first column and by whether the second is known."""
    noise = np.random.default_rng(1).gumbel(size=(len(values), 3))
    pulls = np.stack([np.log1p(values[:, 0]), np.full(len(values), 3.0), 2.0 + 2.0 * np.isnan(values[:, 1])], axis=1)
    return np.array([0.0, 1.0, 3.0])[(pulls + noise).argmax(axis=1)]


@pytest.fixture(scope="module")
def fitted() -> Multinomial:
    return fit_multinomial(rows(), codes(rows()), classes=5)


def test_chances_add_up_and_their_means_are_the_shares_of_the_classes(fitted: Multinomial) -> None:
    chances = fitted.probabilities(rows())

    assert chances.sum(axis=1) == pytest.approx(1.0)
    assert chances.mean(axis=0) == pytest.approx(np.bincount(codes(rows()).astype(int), minlength=5) / 3_000, abs=1e-4)


def test_a_class_that_never_occurred_has_probability_zero_exactly(fitted: Multinomial) -> None:
    assert (fitted.probabilities(rows())[:, [2, 4]] == 0.0).all()


def test_it_is_the_maximum_that_another_solver_finds(fitted: Multinomial) -> None:
    scaled = fitted.scaling.apply(rows())

    other = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-8).fit(scaled, codes(rows()))

    assert fitted.probabilities(rows())[:, [0, 1, 3]] == pytest.approx(other.predict_proba(scaled), abs=1e-3)


def test_contributions_add_up_to_the_scores_and_an_impossible_class_has_none(fitted: Multinomial) -> None:
    contributions, scores = fitted.contributions(rows()), fitted.scores(rows())

    seen = list(fitted.present)
    assert contributions[:, seen].sum(axis=-1) == pytest.approx(scores[:, seen], abs=1e-9)
    assert (contributions[:, [2, 4], -1] == -np.inf).all()
    assert (contributions[:, [2, 4], :-1] == 0.0).all()


def test_absence_that_matters_is_told_of_the_feature_that_is_absent(fitted: Multinomial) -> None:
    absent = np.isnan(rows()[:, 1])

    towards_the_third = fitted.contributions(rows())[:, 3, 1] - fitted.contributions(rows())[:, 1, 1]

    assert towards_the_third[absent].mean() > 1.0 > towards_the_third[~absent].max()


def test_the_same_rows_give_the_same_numbers(fitted: Multinomial) -> None:
    assert fit_multinomial(rows(), codes(rows()), classes=5) == fitted


def test_fitted_numbers_survive_their_json(fitted: Multinomial) -> None:
    assert Multinomial.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(OneClassOnly, match="needed rows of two classes or more, found 1 in 3000 rows"):
        fit_multinomial(rows(), np.zeros(3_000), classes=5)
