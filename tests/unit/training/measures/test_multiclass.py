"""The measures of stages are those of scikit-learn, drawn by customer, and never infinite."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from training.measures.multiclass import LEAST_COUNTED, MEASURES, StageMeasure
from training.measures.resamples import Resamples

EXITS = (True, False, True, False)
MEASURE = StageMeasure(EXITS)


def answers(rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    chances = random.dirichlet(np.ones(4), rows)
    came = np.array([random.choice(4, p=row) for row in chances])
    return chances, came, random.integers(0, 4, rows)


def none_drawn(rows: int) -> Resamples:
    return Resamples(np.arange(rows, dtype=np.int32), count=0, seed=0)


def test_the_measures_are_those_of_another_library() -> None:
    chances, came, stood = answers()

    found = MEASURE(chances, np.column_stack([came, stood]).astype(float), resamples=none_drawn(400))

    healthy, exits = ~np.array(EXITS)[stood], np.array(EXITS)
    assert set(found) == set(MEASURES)
    assert found["log_loss"][0] == pytest.approx(log_loss(came, chances))
    assert found["accuracy"][0] == accuracy_score(came, chances.argmax(axis=1))
    assert found["macro_auc"][0] == pytest.approx(roc_auc_score(came, chances, multi_class="ovr"))
    assert found["auc"][0] == pytest.approx(roc_auc_score(exits[came][healthy], chances[healthy][:, exits].sum(axis=1)))
    assert found["brier"][0] == pytest.approx(((chances - np.eye(4)[came]) ** 2).sum(axis=1).mean())


def test_what_was_called_impossible_and_came_costs_much_and_not_without_end() -> None:
    sure = np.array([[1.0, 0.0], [1.0, 0.0]])

    found = StageMeasure((False, False))(sure, np.array([[0.0, 0.0], [1.0, 0.0]]), resamples=none_drawn(2))

    assert found["log_loss"][0] == pytest.approx(-np.log(LEAST_COUNTED) / 2)


def test_a_resample_is_the_measure_of_the_customers_drawn() -> None:
    chances, came, stood = answers(60)
    truth, resamples = np.column_stack([came, stood]).astype(float), Resamples(np.arange(60, dtype=np.int32), count=3, seed=1)
    drawn = np.concatenate(list(resamples.weights(np.arange(60))))[2].astype(int)

    again = MEASURE(np.repeat(chances, drawn, axis=0), np.repeat(truth, drawn, axis=0), resamples=none_drawn(drawn.sum()))

    found = MEASURE(chances, truth, resamples=resamples)
    assert found["log_loss"][2] == pytest.approx(again["log_loss"][0])
    assert found["macro_auc"][2] == pytest.approx(again["macro_auc"][0])


def test_where_no_stage_is_an_exit_leaving_is_going_elsewhere() -> None:
    chances, truth = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])

    measure = StageMeasure((False, False))

    assert measure.leaving(truth)[1].tolist() == [False, True, False]
    assert measure.chance_to_leave(chances, truth) == pytest.approx([0.1, 0.7, 0.2])


def test_a_ranking_of_those_to_whom_nothing_happened_cannot_be_taken() -> None:
    chances, _, _ = answers(20)
    nobody_left = np.column_stack([np.full(20, 1.0), np.full(20, 3.0)])

    found = MEASURE(chances, nobody_left, resamples=Resamples(np.arange(20, dtype=np.int32), count=2, seed=0))

    assert np.isnan(found["auc"]).all()
    assert found["auc"].shape == (3,)
