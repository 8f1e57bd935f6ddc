"""Weights that are learned: a mean, never bolder than the evidence, and never from what had not closed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from features.times import DAY
from training.folds import Fold
from training.questions.churn.chances import Chances
from training.questions.churn.learned_weights import Sharing, learned_weights
from training.walk_forward import AnsweredFold

_NONE = np.array([], dtype=np.intp)


def fold(day: int, *, noise: dict[str, float], rows: int = 2_000) -> AnsweredFold:
    """Build a fold in which each member knows the true log-odds up to noise of its own."""
    random = np.random.default_rng(day)
    truth = random.normal(0, 1.5, rows)
    labels = (random.random(rows) < expit(truth)).astype(np.float64)[:, None]
    answers = {name: (truth + random.normal(0, spread, rows))[:, None] for name, spread in noise.items()}
    answers["prior"] = np.zeros((rows, 1))
    return AnsweredFold(Fold(day * DAY, _NONE, _NONE), answers, labels, np.arange(rows, dtype=np.int32))


def test_without_a_closed_fold_all_weigh_the_same() -> None:
    assert dict(learned_weights([], ["a", "b"], horizon=0)) == {"a": 0.5, "b": 0.5}


def test_who_knows_more_weighs_more_and_who_knows_nothing_weighs_nothing() -> None:
    folds = [fold(day, noise={"sure": 0.1, "blind": 6.0}) for day in range(4)]

    assert dict(learned_weights(folds, ["sure", "blind"], horizon=0)) == {"sure": 1.0}


def test_members_that_know_the_same_share_alike() -> None:
    folds = [fold(day, noise={"a": 0.6, "b": 0.6}) for day in range(4)]

    found = dict(learned_weights(folds, ["a", "b"], horizon=0))

    assert found["a"] == pytest.approx(0.5, abs=0.1)
    assert sum(found.values()) == pytest.approx(1.0)


def test_a_customer_whom_one_member_does_not_know_teaches_nothing_and_breaks_nothing() -> None:
    one = fold(0, noise={"a": 0.1, "b": 5.0})
    one.answers["b"][:500] = np.nan

    assert dict(learned_weights([one], ["a", "b"], horizon=0))["a"] > 0.5


def test_where_one_member_knows_nobody_all_weigh_the_same() -> None:
    one = fold(0, noise={"a": 0.1, "b": 5.0})
    one.answers["b"][:] = np.nan

    assert dict(learned_weights([one], ["a", "b"], horizon=0)) == {"a": 0.5, "b": 0.5}


def test_the_weights_at_a_moment_come_from_folds_closed_before_it() -> None:
    turning = [fold(day, noise={"a": 0.1, "b": 6.0} if day < 100 else {"a": 6.0, "b": 0.1}) for day in (0, 60, 120, 180)]

    sharing = Sharing.of(Chances(tuple(turning), 90, grows=True), ["a", "b"])

    assert [dict(weights)["a"] for weights in sharing.rolling[:2]] == [0.5, 0.5]
    assert [dict(weights)["a"] > 0.8 for weights in sharing.rolling[2:]] == [True, True]
    assert dict(sharing.shipped)["b"] > 0.2
