"""That what chances let expect comes true on average where the chances are right."""

from __future__ import annotations

import numpy as np
import pytest

from training.measures.binary import measure
from training.measures.expected import expected, expected_of_stages
from training.measures.resamples import Resamples


def test_measures_to_be_expected_are_those_that_come_on_average() -> None:
    random = np.random.default_rng(5)
    chances = np.round(random.beta(1, 4, 2_000), 2)
    rows = Resamples(np.arange(2_000, dtype=np.int32), count=0, seed=0)

    came = [measure(chances, (random.random(2_000) < chances).astype(float), resamples=rows) for _ in range(60)]

    for name, figure in expected(chances).items():
        assert figure == pytest.approx(np.mean([draws[name][0] for draws in came]), abs=0.004), name


def test_of_stages_a_sure_answer_lets_expect_no_loss() -> None:
    assert expected_of_stages(np.array([[1.0, 0.0], [0.0, 1.0]])) == {"log_loss": 0.0, "brier": 0.0, "accuracy": 1.0}


def test_where_everybody_is_said_to_stay_there_is_nothing_to_rank() -> None:
    assert np.isnan(expected(np.zeros(3))["auc"])
